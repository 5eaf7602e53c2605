"""The examples in data/ are what the simulator makes, and small."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sensor.recording import read_recording
from sensor.samples import HIPS, KNEES
from sensor.simulation.examples import make
from sensor.simulation.pathways import PATHWAYS

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("pathway", ["healthy", "antalgic_knee"])
def test_an_example_can_be_made_again(pathway: str, tmp_path: Path) -> None:
    make(pathway, tmp_path)
    for made in sorted(tmp_path.rglob("*.*")):
        kept = DATA / "examples" / made.relative_to(tmp_path)
        unpack = gzip.decompress if made.suffix == ".gz" else bytes
        assert unpack(kept.read_bytes()) == unpack(made.read_bytes()), f"make {kept} again"


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_every_pathway_has_its_example(pathway: str) -> None:
    table = read_recording(DATA / "examples" / f"{pathway}.csv.gz")
    assert set(table.placements) == {*KNEES, *HIPS}
    assert len(table) == 3000
    assert table.person.code == "SIM-247"
    truth = DATA / "examples" / f"{pathway}-truth"
    assert sorted(p.name for p in truth.iterdir()) == ["events.csv", "pelvis.csv", "truth.json"]
    assert f"`{pathway}`" in (DATA / "README.md").read_text(encoding="utf-8")


def test_the_examples_stay_small() -> None:
    sizes = {path: path.stat().st_size for path in DATA.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 4e6
    assert max(sizes.values()) < 300e3
