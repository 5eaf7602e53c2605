"""What the risk model says of real walks and of walks by others: the distribution of scores, and why it is silent.

    python -m benchmarks.real_risk [DATASETS] [--model model.json]

Nobody's strain is known there, so no accuracy is claimed: healthy people should not be flagged, and impaired ones are
case studies. Nothing of the datasets is copied.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sets import SETS, Trial, load_trials
from models.artefact import Artefact, from_json, shipped
from models.assess import assess
from models.risk import Level, Risk
from pipeline.session import analyze_table
from sensor.recording import RecordingError, read_recording

HEALTHY = frozenset({"voisard", "mobgap_lowback", "gaittoolbox", "marpino", "virtual_pelvis"})
IMPAIRED = frozenset({"moving_reality", "stroke_thigh"})
UNCHANGED = frozenset({"natural", "symmetric"})  # of virtual_pelvis; its other conditions are made-up complaints


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one trial; ``risk`` is None where the recording was refused, for ``refused``."""

    trial: Trial
    risk: Risk | None
    refused: str = ""

    @property
    def healthy(self) -> bool:
        """Whether a healthy person walked in a way of their own."""
        trial = self.trial
        if trial.set_name == "virtual_pelvis":
            return trial.condition in UNCHANGED
        return trial.set_name in HEALTHY and "equinovarus" not in trial.row.get("cohort", "")

    @property
    def reason(self) -> str:
        """Why there is no score, without the numbers that differ between trials."""
        sentence = self.refused or (self.risk.reasons[0] if self.risk else "")
        return "".join("#" if c.isdigit() else c for c in sentence.split(":")[0])


def said_of(datasets: Path, model: Artefact) -> Iterator[Said]:
    """Judge every recording of every set that is there."""
    for name in SETS:
        if not (datasets / name / "trials.csv").is_file():
            continue
        for trial in load_trials(datasets, name):
            try:
                table = read_recording(trial.recording)
            except RecordingError as error:
                yield Said(trial, None, str(error))
            else:
                yield Said(trial, assess(analyze_table(table), table.person, model))


def summary(said: Sequence[Said]) -> str:
    """The distribution for healthy people, and the case studies, as Markdown."""
    healthy = [one for one in said if one.healthy]
    scored = sorted(one.risk.score for one in healthy if one.risk and one.risk.score is not None)
    high = sum(one.risk.level is Level.HIGH for one in healthy if one.risk)
    lines = [
        f"Healthy people: {len(healthy)} trials, {len(scored)} with a score, {high} called high.",
        "Scores: " + (", ".join(f"{score:.2f}" for score in scored) or "none") + ".",
        "Why silent: " + _counted(one.reason for one in healthy if not one.risk or one.risk.abstained),
        "",
        "| set | subject | condition | score | interval | level | set of pathways, or why silent |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    scored_or_impaired = [
        one for one in said if (one.risk and not one.risk.abstained) or one.trial.set_name in IMPAIRED
    ]
    return "\n".join([*lines, *(_row(one) for one in scored_or_impaired)])


def _row(one: Said) -> str:
    trial, risk = one.trial, one.risk
    cells = [trial.set_name, trial.subject, trial.condition]
    if risk is None or risk.score is None or risk.interval90 is None or risk.level is None:
        cells += ["", "", "", one.refused or (risk.reasons[0] if risk else "")]
    else:
        low, high = risk.interval90
        cells += [f"{risk.score:.2f}", f"{low:.2f} to {high:.2f}", risk.level.value, ", ".join(risk.set90)]
    return "| " + " | ".join(cells) + " |"


def _counted(reasons: Iterator[str]) -> str:
    counts = Counter(reasons)
    return "; ".join(f"{count} x {reason}" for reason, count in counts.most_common()) or "never."


def main() -> None:
    """Print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="?", default=Path("../shared/datasets"))
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    model = from_json(given.model.read_text(encoding="utf-8")) if given.model else shipped()
    print(summary(list(said_of(given.datasets, model))))


if __name__ == "__main__":
    main()
