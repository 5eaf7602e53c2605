"""What the risk model says of real walks and of walks by others: the distribution of scores, and why it is silent.

    python -m benchmarks.real_risk [DATASETS] [--model model.json] [--into model.json]

Nobody's strain is known there, so no accuracy is claimed: healthy people should not be flagged, and impaired ones are
case studies. Nothing of the datasets is copied. ``--into`` puts the figures into a model, whose card tells them; the
card beside it is written anew.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.sets import SETS, Trial, load_trials
from models.artefact import Artefact, from_json, shipped, to_json
from models.assess import assess
from models.card.page import model_card
from models.card.real import real_walks
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


def figures(said: Sequence[Said]) -> dict[str, Any]:
    """The distribution for healthy people, and the case studies, as plain numbers and words."""
    healthy = [one for one in said if one.healthy]
    told = [one for one in said if (one.risk and not one.risk.abstained) or one.trial.set_name in IMPAIRED]
    silent = Counter(one.reason for one in healthy if not one.risk or one.risk.abstained)
    return {
        "healthy_trials": len(healthy),
        "healthy_scores": sorted(one.risk.score for one in healthy if one.risk and one.risk.score is not None),
        "healthy_high": sum(one.risk.level is Level.HIGH for one in healthy if one.risk),
        "healthy_silent": dict(silent.most_common()),
        "cases": [_case(one) for one in told],
    }


def _case(one: Said) -> dict[str, Any]:
    trial, risk = one.trial, one.risk
    case: dict[str, Any] = {"set": trial.set_name, "subject": trial.subject, "condition": trial.condition}
    if risk is None or risk.score is None or risk.interval90 is None or risk.level is None:
        return case | {"silent": one.refused or (risk.reasons[0] if risk else "")}
    return case | {
        "score": risk.score,
        "interval90": list(risk.interval90),
        "level": risk.level.value,
        "set90": list(risk.set90),
    }


def main() -> None:
    """Print what was said, and keep it in a model if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="?", default=Path("../shared/datasets"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--into", type=Path, metavar="model.json")
    given = parser.parse_args()
    model = from_json(given.model.read_text(encoding="utf-8")) if given.model else shipped()
    found = figures(list(said_of(given.datasets, model)))
    print(real_walks(found))
    if given.into:
        whole = from_json(given.into.read_text(encoding="utf-8"))
        whole = replace(whole, evaluation={**whole.evaluation, "real_walks": found})
        given.into.write_text(to_json(whole), encoding="utf-8")
        given.into.with_name("MODEL_CARD.md").write_text(model_card(whole), encoding="utf-8")


if __name__ == "__main__":
    main()
