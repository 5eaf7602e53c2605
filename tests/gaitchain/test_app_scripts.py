"""What the scripts of the app say in their own language is what the program says."""

from importlib.resources import files

from gaitchain.app.hub.phases import LivePhase
from gaitchain.report.words import PLACEMENTS
from sensor.acquisition.states import NodeState

LIVE = files("gaitchain.app").joinpath("static/js/live")


def script(name: str) -> str:
    return LIVE.joinpath(name).read_text(encoding="utf-8")


def test_every_place_has_the_report_s_name() -> None:
    words = script("words.js")
    assert [name for name, said in PLACEMENTS.items() if f'{name}: "{said}"' not in words] == []


def test_every_state_of_a_sensor_and_every_phase_is_known() -> None:
    assert [state.value for state in NodeState if f"{state.value}: " not in script("words.js")] == []
    assert [phase.value for phase in LivePhase if f"{phase.value}: " not in script("steps.js")] == []
