"""Analyse every trial of the datasets folder and say how far the results lie from their references.

    python benchmarks/validate.py ../shared/datasets [--set NAME] [--only PLACEMENT] [--trial]
        [--json] [--markdown FILE] [-j N]

Exit code 0 if every trial ended with a verdict, 1 if one failed, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import tables
from benchmarks.page import replace_part
from benchmarks.sets import SETS, Trial, load_trials
from benchmarks.summary import SetSummary, summarise
from benchmarks.trial_score import TrialScore, score_trial
from pipeline.session import analyze_table
from sensor.recording import RecordingTable, read_recording
from sensor.samples import Placement


def run(trial: Trial, only: Sequence[Placement] = ()) -> TrialScore:
    """Analyse and score one trial; an exception becomes a failure, so that the others still run.

    Parameters
    ----------
    only : the placements to analyse, as if the others had not been worn; empty for all.
    """
    start = perf_counter()
    try:
        table = _restricted(read_recording(trial.recording), only)
        result = analyze_table(table)
        return score_trial(trial, table, result, perf_counter() - start)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs in the table
        return TrialScore(
            trial.set_name, trial.name, trial.subject, trial.condition, perf_counter() - start,
            failure=f"{type(error).__name__}: {error}",
        )  # fmt: skip


def run_all(trials: Sequence[Trial], workers: int = 1, only: Sequence[Placement] = ()) -> list[TrialScore]:
    """Scores in the order of the trials."""
    analyse = partial(run, only=tuple(only))
    if workers == 1:
        return [analyse(trial) for trial in trials]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(analyse, trials, chunksize=1))


def _restricted(table: RecordingTable, only: Sequence[Placement]) -> RecordingTable:
    if not only:
        return table
    if not set(only) & set(table.placements):
        raise ValueError(f"has none of {', '.join(only)}")
    return table.only([placement for placement in table.placements if placement in only])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    names = options.set or SETS
    try:
        trials = [trial for name in names for trial in load_trials(options.datasets, name)]
    except (FileNotFoundError, NotADirectoryError) as error:
        print(f"{error}. Name the folder that holds the sets {', '.join(SETS)}.", file=sys.stderr)
        return 2
    start = perf_counter()
    scores = run_all(trials, options.jobs, options.only or ())
    results = [summarise(name, [score for score in scores if score.set_name == name]) for name in names]
    elapsed_s = perf_counter() - start
    if options.json:
        document = {"versions": versions(), "sets": {result.name: tables.as_json(result) for result in results}}
        print(json.dumps(document, indent=2))
    else:
        print("\n\n".join(tables.plain(result) for result in results))
        if options.trial:
            print("\n" + tables.per_trial(scores))
        print(f"\n{len(trials)} trials in {elapsed_s:.0f} s with {options.jobs} worker(s)")
    if options.markdown:
        replace_part(options.markdown, "validate", page(results))
    return 1 if any(score.failure for score in scores) else 0


def page(results: Sequence[SetSummary]) -> str:
    """The generated part of docs/validation.md."""
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    return "\n\n".join(
        [f"Written on {datetime.now(UTC).date().isoformat()} by {made}.", *map(tables.markdown, results)]
    )


def versions() -> dict[str, str]:
    """What the numbers were made with."""
    made = {"gaitchain": _version("gaitchain"), "commit": _commit(), "Python": platform.python_version()}
    return {**made, **{name: _version(name) for name in ("numpy", "scipy", "vqf")}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    here = Path(__file__).resolve().parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Score the analysis against the recordings of others.")
    parser.add_argument("datasets", type=Path, help="folder that holds the sets, for example ../shared/datasets")
    parser.add_argument("--set", action="append", choices=SETS, help="only this set; may be given several times")
    parser.add_argument("--only", action="append", type=Placement, help="analyse this placement alone; may be repeated")
    parser.add_argument("--trial", action="store_true", help="one line per trial as well")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--markdown", type=Path, help="page whose tables are to be replaced (docs/validation.md)")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="trials at a time (default 1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
