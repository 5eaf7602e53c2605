"""Make the example recordings of ``data/examples``: ``python -m sensor.simulation.examples [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from sensor.recording import write_recording
from sensor.samples import HIPS, KNEES, Side
from sensor.simulation.files import write_truth
from sensor.simulation.pathways import PATHWAYS
from sensor.simulation.spec import WalkSpec
from sensor.simulation.walk import simulate

FOLDER = Path("data/examples")
SEED = 247  # a person with small natural differences between the sides


def example(pathway: str) -> WalkSpec:
    """The spec of a pathway's example: the same person every time, moderately affected on the left, 30 s."""
    severity = 0.0 if pathway == "healthy" else 0.6
    return WalkSpec(pathway, Side.LEFT, severity, 30.0, SEED, placements=(*KNEES, *HIPS))


def make(pathway: str, folder: Path) -> None:
    """Write ``<pathway>.csv.gz``, its sidecar ``<pathway>.json`` and ``<pathway>-truth/``, creating the folder."""
    walk = simulate(example(pathway))
    folder.mkdir(parents=True, exist_ok=True)
    write_recording(walk.table, folder / f"{pathway}.csv.gz")
    write_truth(walk, folder / f"{pathway}-truth", joints=False)


def main(arguments: list[str]) -> None:
    """Write every example into the folder given, or ``data/examples``."""
    folder = Path(arguments[0]) if arguments else FOLDER
    for pathway in PATHWAYS:
        make(pathway, folder)
        sys.stdout.write(f"{folder / pathway}.csv.gz\n")


if __name__ == "__main__":
    main(sys.argv[1:])
