"""``gaitchain evaluate``: the in-silico figures of a risk model."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitchain.commands import COMMANDS
from gaitchain.console import print_bytes
from gaitchain.errors import ExitCode, GaitchainError

if TYPE_CHECKING:
    from models.artefact import Artefact


@click.command(short_help=COMMANDS["evaluate"])
@click.option(
    "--model", "path", metavar="FILE", type=click.Path(path_type=Path), help="A model.json of `gaitchain train`."
)
@click.option(
    "--fresh",
    metavar="N",
    type=click.IntRange(20),
    help="Simulate N persons anew and judge the model on them, instead of printing what training found.",
)
@click.option("--seed", type=click.IntRange(0), default=2, show_default=True, help="Of the fresh persons.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes. [default: one per processor]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(path: Path | None, fresh: int | None, seed: int, jobs: int, as_json: bool) -> ExitCode:
    """Print how well a risk model does on simulated persons it did not see; without --model, the one in use.

    Every figure is in silico: it says how well the model knows the simulator, not how well it knows people.
    """
    model = _model(path)
    figures = dict(model.evaluation) if fresh is None else _on_fresh_persons(model, fresh, seed, jobs)
    if as_json:
        print_bytes((json.dumps({"model_version": model.version, **figures}, indent=1) + "\n").encode())
        return ExitCode.OK
    if fresh is None:
        from models.card import model_card

        print_bytes(model_card(model).encode())
    else:
        low, high = figures["auc_ci95"] or (float("nan"), float("nan"))
        click.echo(
            f"In silico, {figures['walks']} fresh walks of {figures['persons']} persons: strain AUC "
            f"{figures['auc']:.3f} ({low:.3f} to {high:.3f}), calibration error {figures['calibration_error']:.3f}, "
            f"interval holds {100 * figures['interval_coverage']:.1f} %, "
            f"healthy called high {100 * figures['healthy_high_share']:.1f} %, "
            f"abstained {100 * figures['abstained_share']:.1f} %."
        )
    return ExitCode.OK


def _model(path: Path | None) -> Artefact:
    from models.artefact import from_json, shipped

    if path is None:
        return shipped()
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise GaitchainError(f"{path}: this is not text, so no risk model.", ExitCode.REFUSED) from error
    except ValueError as error:
        raise GaitchainError(f"{path}: {error}.", ExitCode.REFUSED) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GaitchainError(f"{path}: {reason}; give a model.json of `gaitchain train`.", ExitCode.REFUSED) from error


def _on_fresh_persons(model: Artefact, persons: int, seed: int, jobs: int) -> dict[str, Any]:
    from gaitchain.commands.train import Told
    from models.cohort import CohortParams, build
    from models.evaluation import figures
    from models.judging import judge
    from models.label import reference_of

    if seed == model.made["cohort"]["seed"]:
        raise GaitchainError(f"Seed {seed} made the model; fresh persons need another --seed.", ExitCode.USAGE)
    told = Told()
    cohort = build(
        CohortParams(persons=persons, seed=seed),
        jobs,
        lambda done, total: told("Simulating walks", done, total),
        reference_of(model.made["strain_limit"]),
    )
    return dict(figures(cohort, judge(model, cohort)))
