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
from gaitchain.own_model import read_model

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
@click.option(
    "--generator",
    type=click.Choice(("first", "second")),
    default="first",
    show_default=True,
    help="Of the fresh persons; the second one never taught. Takes 30 persons unless --fresh says how many.",
)
@click.option("--seed", type=click.IntRange(0), default=2, show_default=True, help="Of the fresh persons.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes. [default: one per processor]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(path: Path | None, fresh: int | None, generator: str, seed: int, jobs: int, as_json: bool) -> ExitCode:
    """Print how well a risk model does on simulated persons it did not see; without --model, the one in use.

    Every figure is in silico: it says how well the model knows the simulator, not how well it knows people.
    """
    model = read_model(path)
    if generator == "second" and fresh is None:
        fresh = 30
    figures = dict(model.evaluation) if fresh is None else _on_fresh_persons(model, fresh, generator, seed, jobs)
    if as_json:
        print_bytes((json.dumps({"model_version": model.version, **figures}, indent=1) + "\n").encode())
        return ExitCode.OK
    if fresh is None:
        from models.card.page import model_card
        from models.own_study import own_card

        print_bytes((model_card(model) if model.in_silico else own_card(model)).encode())
    else:
        click.echo(
            f"In silico, {figures['walks']} fresh walks of {figures['persons']} persons, {generator} generator: "
            f"strain AUC {_said(figures['auc'])}, calibration error {_said(figures['calibration_error'])}, "
            f"interval holds {_said(figures['interval_coverage'])}, set holds {_said(figures['set_coverage'])}, "
            f"balanced accuracy of pathways {_said(figures['pathway_balanced_accuracy'])}, healthy called high "
            f"{_said(figures['healthy_high_share'])}, abstained {_said(figures['abstained_share'])}."
        )
    return ExitCode.OK


def _said(figure: list[float] | None) -> str:
    return "not known" if figure is None else f"{figure[0]:.3f} ({figure[1]:.3f} to {figure[2]:.3f})"


def _on_fresh_persons(model: Artefact, persons: int, generator: str, seed: int, jobs: int) -> dict[str, Any]:
    from gaitchain.commands.train import Told
    from models.cohorts.cohort import build
    from models.cohorts.plan import CohortParams
    from models.judgement.figures import figures
    from models.judgement.judging import judge
    from models.judgement.trials import second_cohort
    from models.strain.label import reference_of

    if not model.in_silico:
        raise GaitchainError(
            "A model of own labels knows no simulated strain; --fresh is for the others.", ExitCode.USAGE
        )
    if seed == model.made["cohort"]["seed"]:
        raise GaitchainError(f"Seed {seed} made the model; fresh persons need another --seed.", ExitCode.USAGE)
    told, params = Told(), CohortParams(persons=persons, seed=seed)
    if generator == "second":
        cohort = second_cohort(params, jobs, told)
    else:
        limit = reference_of(model.made["strain_limit"])
        cohort = build(params, jobs, lambda done, total: told("Simulating walks", done, total), limit)
    return figures(cohort, judge(model, cohort)) | {"in_silico": True, "generator": generator}
