"""How fast the program is: every goal as a ratio of two things measured turn by turn in one run.

    .venv/bin/python benchmarks/performance.py [--goal N] [--quick] [--peers PYTHON] [--markdown docs/performance.md]

A ratio says the same on a slow and on a fast machine; a time does not. Costs are CPU seconds (user and system, all
threads) of whole processes, or of the thread that analyses. Linux only. Recordings are simulated into a temporary
folder (about 600 MB for an hour) that is deleted at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.page import replace_part
from benchmarks.perf_engine import chunk_cost, patients_cost, same_bits
from benchmarks.perf_processes import ROOT, Ratio, cpu_s, interleaved, printed, python
from benchmarks.perf_recordings import FOUR, Walks
from benchmarks.perf_stream import store
from benchmarks.perf_targets import TARGETS, Outcome, as_markdown
from sensor.recording import read_recording
from sensor.samples import Placement

CORES = 2  # that goal 10 is stated for
FALLING_BEHIND_S = 1.0  # a stride that is shown later than this no longer feels live


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    walk_s: int = 3600
    repetitions: int = 5
    starts: int = 21  # repetitions of goal 11, whose processes are short
    engine_s: int = 600
    bits_s: int = 120
    patients: int = 50  # on one core; calibration and a minute of walking of each
    patients_s: int = 90
    stream_min: tuple[float, float] = (240.0, 10.0)


QUICK = Size(300, 2, 5, 120, 60, 5, 60, (40.0, 10.0))


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measurement needs."""

    walks: Walks
    size: Size
    peers: Path | None

    def analyse_s(self, recording: Path) -> float:
        """CPU of `gaitchain analyze` on a recording, with its files written."""
        out = self.walks.folder / "out"
        return cpu_s(python("-m", "gaitchain", "analyze", recording, "-o", out))

    def parse_s(self, recording: Path) -> float:
        """CPU of a process that only reads the CSV."""
        return cpu_s(python("-m", "benchmarks.perf_parse_only", recording))


def from_csv(bench: Bench) -> Outcome:
    """Goal 1."""
    csv = bench.walks.simulated(bench.size.walk_s)
    return _against_parsing(bench, 1, csv)


def from_parquet(bench: Bench) -> Outcome:
    """Goal 2."""
    return _against_parsing(bench, 2, bench.walks.parquet(bench.size.walk_s))


def _against_parsing(bench: Bench, number: int, recording: Path) -> Outcome:
    csv = bench.walks.simulated(bench.size.walk_s)
    bench.analyse_s(recording)  # fills the disk's cache, for both
    ratio = interleaved(lambda: bench.analyse_s(recording), lambda: bench.parse_s(csv), bench.size.repetitions)
    note = f"{np.median(ratio.first):.2f} s CPU against {np.median(ratio.second):.2f} s"
    return _outcome(number, ratio, note)


def four_hours(bench: Bench) -> Outcome:
    """Goal 5."""
    short, long = bench.walks.simulated(bench.size.walk_s), bench.walks.four_times(bench.size.walk_s)
    minute = bench.walks.simulated(60)
    ratio = interleaved(
        lambda: bench.analyse_s(long), lambda: bench.analyse_s(short), max(2, bench.size.repetitions // 2 + 1)
    )
    start_s = min(bench.analyse_s(minute) for _ in range(3))
    begun = 60.0 / bench.size.walk_s
    growth = (np.median(ratio.first) - start_s) / (np.median(ratio.second) - start_s)
    linear = (4.0 - begun) / (1.0 - begun)
    return _outcome(
        5, ratio, f"start-up is in both; less the CPU of a 1-min recording it is {growth:.2f}x, {linear:.2f}x is linear"
    )


def memory(bench: Bench) -> Outcome:
    """Goal 6."""
    stored = bench.walks.folder / "template.npz"
    store(read_recording(bench.walks.simulated(120)), stored)
    long, short = bench.size.stream_min

    def peak_mb(minutes: float) -> float:
        return float(printed(python("-m", "benchmarks.perf_stream", stored, minutes, 100)))

    pairs = [(peak_mb(long), peak_mb(short)) for _ in range(2)]
    grown = [a - b for a, b in pairs]
    note = f"engine fed with blocks of 1 s, its output dropped; {pairs[0][0]:.1f} MB after {long:g} min, of the process"
    return Outcome(TARGETS[6], float(np.median(grown)), min(grown), max(grown), note)


def one_chunk(bench: Bench) -> Outcome:
    """Goal 7."""
    cost = chunk_cost(read_recording(bench.walks.simulated(bench.size.engine_s)))
    usual, p99 = 1e6 * np.percentile(cost.each_s, (50, 99))
    yardstick = 1e6 * np.median(cost.ratio.second) / 100.0
    note = (
        f"{usual:.0f} us CPU a chunk (99th percentile {p99:.0f} us), {1e5 / usual:.0f} times faster than it comes in; "
        f"a sosfilt call {yardstick:.0f} us; both in batches of 100"
    )
    return _outcome(7, cost.ratio, note)


def chunkings(bench: Bench) -> Outcome:
    """Goal 8."""
    table = read_recording(bench.walks.simulated(bench.size.bits_s, loss=0.02))
    equal = same_bits(table, (1, 7, 10, 100))
    wrong = [str(chunk) for chunk, same in equal.items() if not same]
    said = f"not equal for chunks of {', '.join(wrong)}" if wrong else "every bit of the session result"
    return Outcome(TARGETS[8], float(not wrong), note=f"{said}, {bench.size.bits_s} s with 2 % of the samples lost")


def patients(bench: Bench) -> Outcome:
    """Goal 10."""
    table = read_recording(bench.walks.simulated(bench.size.patients_s))
    cost = patients_cost(table, bench.size.patients, spread_s=bench.size.patients_s / 3.0)
    late = cost.longest_lag_s
    kept = "kept up" if late < FALLING_BEHIND_S else "fell behind"
    note = (
        f"sessions in one thread, {CORES} times what one core keeps up with by CPU; {bench.size.patients} of them on "
        f"one core {kept}, calibration included: latest {1e3 * late:.0f} ms after the last sample; no radio, no browser"
    )
    return Outcome(TARGETS[10], CORES * cost.at_once, note=note)


def help_text(bench: Bench) -> Outcome:
    """Goal 11."""
    commands = python("-m", "gaitchain", "--help"), python("-c", "pass")
    cpu_s(commands[0])
    ratio = interleaved(lambda: cpu_s(commands[0]), lambda: cpu_s(commands[1]), bench.size.starts)
    note = f"{1e3 * np.median(ratio.first):.0f} ms CPU against {1e3 * np.median(ratio.second):.0f} ms"
    return _outcome(11, ratio, note)


def skdh(bench: Bench) -> Outcome:
    """Goal 3."""
    return _peer(bench, 3, "skdh")


def mobgap(bench: Bench) -> Outcome:
    """Goal 4."""
    return _peer(bench, 4, "mobgap")


def _peer(bench: Bench, number: int, name: str) -> Outcome:
    """The worse of two walks: one without a pause, and as long a one in bouts of two minutes with standing between."""
    if bench.peers is None:
        return Outcome(TARGETS[number], None, note="needs --peers PYTHON, an environment with the other packages")
    walk_s, worn = bench.size.walk_s, (*FOUR, Placement.SACRUM)
    hours = walk_s / 3600.0
    ratios, notes = [], []
    for kind, recording in (
        ("walking on", bench.walks.simulated(walk_s, placements=worn)),
        ("in bouts", bench.walks.in_bouts(walk_s, 120, placements=worn)),
    ):
        found = _peers_found(bench.peers, recording)
        peer = found[name]
        if "missing" in peer:
            return Outcome(TARGETS[number], None, note=f"{name} is not in that environment ({peer['missing']})")
        ratio = Ratio(tuple(peer["theirs_s"]), tuple(s / found["sensors"] for s in peer["ours_s"]))
        ratios.append(ratio)
        notes.append(
            f"{kind} {ratio.value:.2f}x, {np.median(ratio.first) / hours:.2f} s CPU an hour of its one sensor, "
            f"{np.median(ratio.second) / hours:.2f} s a sensor-hour of our four, {peer['steps']} and {found['steps']} "
            "steps found"
        )
    worse = min(ratios, key=lambda ratio: ratio.value)
    return _outcome(number, worse, f"{name} {peer['version']}; {'; '.join(notes)}")


def _peers_found(peers: Path, recording: Path) -> dict[str, Any]:
    """What one run says, which measures all of them."""
    stored = recording.with_suffix(".peers")
    if not stored.exists():
        said = printed([str(peers), "-m", "benchmarks.perf_peers", str(recording), "3"])
        stored.write_text(said.splitlines()[-1], encoding="utf-8")
    return cast("dict[str, Any]", json.loads(stored.read_text(encoding="utf-8")))


def browser(_: Bench) -> Outcome:
    """Goal 9."""
    return Outcome(TARGETS[9], None, note="this command drives no browser, so that nothing is measured")


def _outcome(number: int, ratio: Ratio, note: str) -> Outcome:
    return Outcome(TARGETS[number], ratio.value, min(ratio.each), max(ratio.each), note)


MEASUREMENTS: dict[int, Callable[[Bench], Outcome]] = {
    1: from_csv, 2: from_parquet, 3: skdh, 4: mobgap, 5: four_hours, 6: memory, 7: one_chunk, 8: chunkings,
    9: browser, 10: patients, 11: help_text,
}  # fmt: skip


def machine_facts() -> list[str]:
    """What the numbers were measured on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pyarrow", "vqf", "scipy"))
    return [
        f"{cpu}, {len(os.sched_getaffinity(0))} cores",
        f"Python {platform.python_version()}, {packages}",
        f"load average {os.getloadavg()[0]:.1f} at the end",
        f"commit {commit or 'unknown'}",
    ]


def measure(goals: Sequence[int], size: Size, peers: Path | None) -> list[Outcome]:
    """Measure the goals, one after the other, in a temporary folder."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="gaitchain-performance-") as folder:
        bench = Bench(Walks(Path(folder)), size, peers)
        for goal in goals:
            outcome = MEASUREMENTS[goal](bench)
            reached = "" if outcome.value is None else f"{outcome.target.shown(outcome.value)}, "
            print(f"goal {goal}: {reached}{outcome.verdict} ({outcome.note})", file=sys.stderr, flush=True)
            outcomes.append(outcome)
    return outcomes


def main() -> int:
    """Run from the command line. Exit code 1 if a gate is not met."""
    parser = argparse.ArgumentParser(description="Measure the goals of speed, each as a ratio.")
    parser.add_argument("--goal", type=int, action="append", choices=sorted(MEASUREMENTS), help="only this one")
    parser.add_argument("--quick", action="store_true", help="short recordings: to see that it runs, not to be quoted")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="Python of an environment with skdh and mobgap")
    parser.add_argument("--markdown", type=Path, help="page whose part `performance` is to be replaced")
    options = parser.parse_args()
    if options.markdown and (options.quick or options.goal):
        parser.error("the page wants all goals in full: leave out --quick and --goal")
    peers = options.peers.absolute() if options.peers else None  # its own path, not where a link leads: it is a venv
    outcomes = measure(options.goal or sorted(MEASUREMENTS), QUICK if options.quick else Size(), peers)
    text = as_markdown(outcomes, machine_facts())
    print(text)
    if options.markdown:
        replace_part(options.markdown, "performance", text)
    return int(any(outcome.verdict == "gate not met" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
