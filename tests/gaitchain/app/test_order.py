"""Where the sensors of a recording are worn, before anybody has said so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gaitchain.app.hub.order import PARTS, PLANNED_S, places_of
from gaitchain.app.hub.remembered import remember_places, remembered_places
from gaitchain.app.pages.protocols import PROTOCOL_CARDS
from gaitchain.errors import GaitchainError
from gaitchain.live.simulated_patient import PATIENT, walk_of
from sensor.acquisition.finding import Found
from sensor.samples import Placement
from sensor.simulation import simulate
from sensor.simulation.protocol import Activity


def test_where_sensors_were_worn_is_remembered_but_never_two_at_one_place(tmp_path: Path) -> None:
    assert remembered_places(tmp_path) == {}
    remember_places(tmp_path, {"A": Placement.KNEE_LEFT, "B": Placement.KNEE_RIGHT})
    remember_places(tmp_path, {"C": Placement.KNEE_LEFT})
    assert remembered_places(tmp_path) == {"B": Placement.KNEE_RIGHT, "C": Placement.KNEE_LEFT}
    (tmp_path / "sensors.json").write_text('{"A": "elbow"}', encoding="utf-8")
    assert remembered_places(tmp_path) == {}


def test_a_protocol_is_planned_as_long_as_its_card_says() -> None:
    assert {card.key: card.duration_s for card in PROTOCOL_CARDS} == PLANNED_S


def test_the_parts_of_a_protocol_follow_each_other() -> None:
    for parts in PARTS.values():
        ends = [part.until_s for part in parts]
        assert ends == sorted(set(ends))


def test_the_simulated_patient_sits_when_the_protocol_says_so() -> None:
    bouts = simulate(walk_of("walk-sit-walk")).truth.bouts
    seat = next(bout for bout in bouts if bout.kind is Activity.SITTING)
    told = PARTS["walk-sit-walk"]
    assert seat.start_s == pytest.approx(told[0].until_s, abs=3.0)
    assert seat.end_s == pytest.approx(told[1].until_s, abs=25.0)
    assert walk_of("4x10m").protocol == "4x10m"
    assert walk_of("2min") == walk_of("anything") == PATIENT


def fake(name: str, placement: Placement | None = None, refusal: str | None = None) -> Found:
    return Found(name, "sim", "", None, placement, refusal=refusal)  # type: ignore[arg-type]


def test_every_sensor_gets_a_place_of_its_own_for_now() -> None:
    here = [fake("A"), fake("B", Placement.KNEE_LEFT), fake("C", Placement.KNEE_LEFT), fake("D", refusal="Too old.")]

    def places(wishes: dict[str, Placement], *, only: bool = False) -> dict[str, Placement]:
        return {node.name: node.placement for node in places_of(here, wishes, only=only)}

    said = places({"C": Placement.HIP_LEFT})
    assert (said["B"], said["C"]) == (Placement.KNEE_LEFT, Placement.HIP_LEFT)
    assert len(set(said.values())) == 3
    assert places({"A": Placement.KNEE_LEFT})["A"] is Placement.KNEE_LEFT  # what somebody says goes before labels
    assert places({"A": Placement.TRUNK}, only=True) == {"A": Placement.TRUNK}
    assert [node.device for node in places_of([replace(here[0], device="movella_dot")], {})] == ["movella_dot"]
    with pytest.raises(GaitchainError, match=r"Too old\."):
        places_of(here[3:], {})
    with pytest.raises(GaitchainError, match="No sensor was found"):
        places_of([], {})
