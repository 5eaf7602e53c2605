"""``gaitchain train``: the risk model from simulated patients, with its card."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.console import print_path
from gaitchain.errors import ExitCode

FEWEST = 40  # persons; fewer leave folds without strained walks
EVERY_S = 10.0  # between two lines of progress


@dataclass(slots=True)
class Told:
    """Progress on stderr: a line when a part begins, then one every few seconds with the time it still takes."""

    words: str = ""
    began_s: float = 0.0
    said_s: float = field(default=-EVERY_S)

    def __call__(self, words: str, done: int, total: int) -> None:
        now = time.monotonic()
        if words != self.words:
            self.words, self.began_s, self.said_s = words, now, now
            click.echo(f"{words} ...", err=True)
        elif now - self.said_s >= EVERY_S or done == total:
            self.said_s = now
            left = (now - self.began_s) / done * (total - done)
            click.echo(f"{words}: {done} of {total}, {left:.0f} s to go", err=True)


@click.command(short_help=COMMANDS["train"])
@click.option(
    "-o",
    "--output",
    "out_dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for model.json, MODEL_CARD.md and cohort.npz. [default: models in the data folder]",
)
@click.option("--persons", type=click.IntRange(FEWEST), default=120, show_default=True, help="Simulated persons.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same model.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes. [default: one per processor]"
)
@click.pass_obj
def command(data: str | None, out_dir: Path | None, persons: int, seed: int, jobs: int) -> ExitCode:
    """Train the risk model on a simulated cohort, split by person, and evaluate it on persons it did not see.

    With the defaults this makes the model that gaitchain comes with, in about five minutes on two idle processors.
    Every figure is in silico. The last line of output is the path of the model.
    """
    from models.artefact import to_json  # scikit-learn, three seconds that --help need not pay
    from models.card import model_card
    from models.cohort import CohortParams, save
    from models.sensitivity import SensitivityParams
    from models.study import StudyParams, study
    from models.training import TrainingParams
    from sensor.recording.atomic import whole_file

    folder = out_dir or data_dir(data) / "models"
    folder.mkdir(parents=True, exist_ok=True)
    params = StudyParams(
        CohortParams(persons=persons, seed=seed), TrainingParams(seed=seed), SensitivityParams(seed=seed)
    )
    model, cohort = study(params, f"gaitchain train --persons {persons} --seed {seed}", jobs, Told())
    with whole_file(folder / "cohort.npz") as part:
        save(cohort, part)
    with whole_file(folder / "MODEL_CARD.md") as part:
        part.write_text(model_card(model), encoding="utf-8")
    with whole_file(folder / "model.json") as part:
        part.write_text(to_json(model), encoding="utf-8")
    click.echo(f"Strain AUC {model.evaluation['auc']:.3f} (in silico).", err=True)
    sys.stderr.flush()
    print_path(folder / "model.json")
    return ExitCode.OK
