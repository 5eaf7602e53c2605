"""How far angles are off in simulated walks, whose true angles are known: the tables of *Known error* in docs/methods.

The strides that the analysis found are measured once more, on the true angles at the same contacts and by the same
code; what is left is the error of the angles, soft tissue included. Run as ``python -m benchmarks.in_silico``; with
``--write`` the tables go into the pages. A minute on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.page import replace_part
from pipeline.events.contacts import Contact
from pipeline.result import EventKind, Measure, SessionResult, Stride
from pipeline.session import analyze_table
from pipeline.signals.timeline import Series
from pipeline.strides.cycles import Cycle
from pipeline.strides.measures import BodySignals, LegSignals, MeasureParams, measure
from pipeline.walk.summary_measures import SummaryParams, joint_measures, pelvis_measures, trunk_measures
from sensor.samples import FloatArray, Side
from sensor.simulation import STRAIGHT, WalkSpec, simulate
from sensor.simulation.noise import NOISE
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.truth import WalkTruth
from sensor.synchronise import GRID_HZ

DURATION_S = 75.0
FIRST_SEED = 1000
SEVERITIES = (0.3, 0.6, 0.9)
METHODS = Path(__file__).parent.parent / "docs" / "methods"
PART = "in silico"

Errors = dict[str, list[float]]
"""Name of a measure, of its left and right together where it has sides, to its error in each walk, degrees."""


def walks(people: int, noise: str) -> Iterator[WalkSpec]:
    """So many people of every pathway, all straight on, every sensor worn; severities and sides take turns."""
    for number, (pathway, person) in enumerate(product(PATHWAYS, range(people))):
        severity = 0.0 if pathway == "healthy" else SEVERITIES[person % len(SEVERITIES)]
        side = tuple(Side)[person % 2]
        yield WalkSpec(pathway, side, severity, DURATION_S, FIRST_SEED + number, walkway_m=STRAIGHT, noise=noise)


def errors(specs: Iterable[WalkSpec]) -> dict[str, Errors]:
    """Page of docs/methods to the errors of its measures."""
    found: dict[str, Errors] = {page: {} for page in PAGES}
    for spec in specs:
        made = simulate(spec)
        result = analyze_table(made.table)
        for page, of in PAGES.items():
            ours, true = of(result.strides), of(true_strides(result, made.truth))
            for name, measured in ours.items():
                told, known = measured.value, true[name].value
                if told is not None and known is not None:
                    found[page].setdefault(_of_both(name), []).append(told - known)
    return found


def true_strides(result: SessionResult, truth: WalkTruth) -> list[Stride]:
    """The strides that were found, measured on the true angles; the same of them are valid."""
    true = truth.joints_deg
    body = BodySignals(
        legs={
            side: LegSignals(None, _series(true[f"knee_flexion_{side}"]), _series(true[f"hip_flexion_{side}"]))
            for side in Side
        },
        pelvis=_series(truth.tilt_deg, truth.obliquity_deg, truth.rotation_deg),
        trunk=None,
        thorax=_series(*(true[f"trunk_{name}"] for name in ("flexion", "obliquity", "rotation"))),
    )
    origin_s = float(truth.time_s[0])
    cycles = [_cycle(stride, origin_s) for stride in result.strides]
    straight = [stride.straight for stride in result.strides]
    made = measure(cycles, straight, origin_s, body, result.recording.height_m, MeasureParams())
    return [replace(new, valid=old.valid) for new, old in zip(made, result.strides, strict=True)]


def table(of: Errors) -> str:
    """The errors as Markdown."""
    lines = ["| measure | n | mean error | root mean square | 95 % below |", "|---|---|---|---|---|"]
    for name, values in of.items():
        error = np.array(values)
        shown = error.mean(), np.sqrt((error**2).mean()), np.percentile(np.abs(error), 95)
        lines.append(f"| {name} | {len(error)} | {' | '.join(f'{value:z.2f}' for value in shown)} |")
    return "\n".join(lines)


def _joints(strides: Sequence[Stride]) -> Mapping[str, Measure]:
    return joint_measures(strides, True, SummaryParams())


def _pelvis(strides: Sequence[Stride]) -> Mapping[str, Measure]:
    return pelvis_measures(strides, None, True, SummaryParams())


def _trunk(strides: Sequence[Stride]) -> Mapping[str, Measure]:
    return trunk_measures(strides, None, True, SummaryParams())


PAGES = {"knee-flexion.md": _joints, "pelvis.md": _pelvis, "trunk.md": _trunk}


def _of_both(name: str) -> str:
    for side in Side:
        if f"_{side}_" in name:
            return f"`{name.replace(f'_{side}_', '_')}`, each side"
    return f"`{name}`"


def _series(*columns: FloatArray) -> Series:
    series = Series(len(columns))
    series.append(np.column_stack(columns))
    return series


def _cycle(stride: Stride, origin_s: float) -> Cycle:
    ic, fc, next_ic = (
        Contact((at_s - origin_s) * GRID_HZ, stride.side, kind, 1.0)
        for at_s, kind in ((stride.ic_s, EventKind.IC), (stride.fc_s, EventKind.FC), (stride.next_ic_s, EventKind.IC))
    )
    return Cycle(stride.side, ic, fc, next_ic, None, None, None, None, stride.reason)


def main() -> None:
    """Print the tables, or write them into the pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=10, help="of every pathway (default 10)")
    parser.add_argument("--noise", choices=NOISE, default=WalkSpec().noise, help="what the sensors are like")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/methods")
    asked = parser.parse_args()
    for page, found in errors(walks(asked.people, asked.noise)).items():
        print(f"{page}\n\n{table(found)}\n")
        if asked.write:
            replace_part(METHODS / page, PART, table(found))


if __name__ == "__main__":
    main()
