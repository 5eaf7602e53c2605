"""``gaitchain train``: the risk model from simulated patients, or from own labelled recordings, with its card."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaitchain.commands import COMMANDS
from gaitchain.config import data_dir
from gaitchain.console import print_path
from gaitchain.errors import ExitCode, GaitchainError

if TYPE_CHECKING:
    from models.artefact import Artefact
    from models.cohorts.cohort import Cohort

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
@click.option(
    "--labels",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Train on your own recordings: a CSV with columns recording, subject, strain (0 or 1), "
    "and if you like pathway and split (train or test).",
)
@click.option(
    "--recordings", metavar="DIR", type=click.Path(path_type=Path), help="Folder of the recordings that --labels names."
)
@click.option("--persons", type=click.IntRange(FEWEST), default=200, show_default=True, help="Simulated persons.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same model.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes. [default: one per processor]"
)
@click.pass_obj
def command(
    data: str | None,
    out_dir: Path | None,
    labels: Path | None,
    recordings: Path | None,
    persons: int,
    seed: int,
    jobs: int,
) -> ExitCode:
    """Train the risk model on a simulated cohort, split by person, and evaluate it on persons it did not see.

    With the defaults this makes the model that gaitchain comes with, in about ten minutes on two idle processors, and
    tries it on a second generator. Every figure is in silico.

    With --labels and --recordings it learns from your own sessions instead; use the model with `analyze --model`. No
    subject is ever on both sides of a split. Recordings that cannot be used are named, and the command ends with 6.

    The last line of output is the path of the model.
    """
    if (labels is None) != (recordings is None):
        raise GaitchainError("--labels and --recordings go together.", ExitCode.USAGE)
    folder = out_dir or data_dir(data) / "models"
    if labels is not None and recordings is not None:
        return _from_labels(labels, recordings, folder, seed)
    from models.card.page import model_card  # scikit-learn, three seconds that --help need not pay
    from models.cohorts.plan import CohortParams
    from models.judgement.sensitivity import SensitivityParams
    from models.learning.training import TrainingParams
    from models.study import StudyParams, study

    params = StudyParams(
        CohortParams(persons=persons, seed=seed), TrainingParams(seed=seed), SensitivityParams(seed=seed)
    )
    folder.mkdir(parents=True, exist_ok=True)
    model, cohort = study(params, f"gaitchain train --persons {persons} --seed {seed}", jobs, Told())
    _write(folder, model, model_card(model), cohort)
    click.echo(f"Strain AUC {model.evaluation['auc'][0]:.3f} (in silico).", err=True)
    print_path(folder / "model.json")
    return ExitCode.OK


def _from_labels(labels: Path, recordings: Path, folder: Path, seed: int) -> ExitCode:
    from models.cohorts.own_labels import LabelError, gather, read_labels
    from models.own_study import OWN, own_card, own_study

    if not recordings.is_dir():
        raise GaitchainError(f"{recordings}: this is no folder; give that of the recordings.", ExitCode.REFUSED)
    told = Told()
    try:
        found = gather(read_labels(labels, recordings), lambda done, total: told("Analysing recordings", done, total))
    except LabelError as error:
        raise GaitchainError(f"{error}.", ExitCode.REFUSED) from error
    for name, reason in found.left_out.items():
        click.echo(f"Left out: {name}: {reason}", err=True)
    words = f"gaitchain train --labels {labels.name} --recordings {recordings.name} --seed {seed}"
    model = own_study(found, words, told, replace(OWN, seed=seed))
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, model, own_card(model), found.train)
    auc = model.evaluation["auc"]
    click.echo(f"Strain AUC on subjects not seen: {f'{auc[0]:.3f}' if auc else 'not known'}.", err=True)
    print_path(folder / "model.json")
    return ExitCode.PARTIAL if found.left_out else ExitCode.OK


def _write(folder: Path, model: Artefact, card: str, cohort: Cohort) -> None:
    from models.artefact import to_json
    from models.cohorts.cohort import save
    from sensor.recording.atomic import whole_file

    with whole_file(folder / "cohort.npz") as part:
        save(cohort, part)
    with whole_file(folder / "MODEL_CARD.md") as part:
        part.write_text(card, encoding="utf-8")
    with whole_file(folder / "model.json") as part:
        part.write_text(to_json(model), encoding="utf-8")
    sys.stderr.flush()
