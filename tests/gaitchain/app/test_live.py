"""A recording led from the pages, with the simulated patient on virtual time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from gaitchain import __version__
from gaitchain.app.hub.keep import Kept, keep
from gaitchain.live.simulated_patient import ObedientPatient
from gaitchain.store import CareVerdict, Store
from sensor.acquisition.session import RecordingSession
from sensor.links.link import LinkLost
from sensor.recording import read_recording
from sensor.recording.session_folder import SessionEnd, SessionFolder, read_info
from tests.fakes.virtual_time import run_virtually
from tests.gaitchain.app.virtually import QUICK, TAB, Desk, Tab, desk

Scene = Callable[[Desk], Coroutine[Any, Any, None]]


@pytest.fixture
def play(store: Store) -> Callable[[Scene], None]:
    """Play a scene at the desk of an app."""

    def play(scene: Scene) -> None:
        async def main() -> None:
            async with desk(store.layout.data, store, QUICK) as there:
                await scene(there)

        run_virtually(main)

    return play


def test_from_strapping_on_to_the_stored_and_analysed_session(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        placing = await at.start(condition="own shoes", pain_before=3)
        assert placing["pain_before"] == 3
        node = placing["nodes"][0]
        assert [one["placement"] for one in placing["nodes"]] == ["knee_left", "knee_right", "hip_left", "hip_right"]
        await at.post("identify", node=node["name"])
        await at.until(lambda state: state["now_s"] > 4.0)
        tapped = await at.tap(node["name"])
        assert [one["tapped_s"] is not None for one in tapped["nodes"]] == [True, False, False, False]
        await at.post("place", places={node["name"]: "knee_left"})
        checking = await at.until(lambda state: state["checks"])
        assert {one["name"] for one in checking["checks"]} >= {"connected", "loss_pct"}
        await at.post("calibrate")
        assert at.app.state.hub.state(TAB)["calibration"]["text"] == "Stand still."
        await at.phase("ready")
        await at.post("begin")
        await at.until(lambda state: state["elapsed_s"] > 20.0)
        await at.post("mark", kind="turn")
        await at.post("mark", kind="pain", pain=4)
        await at.post("mark", kind="event")
        marked = await at.post("undo")
        assert [one["label"] for one in marked["markers"]] == ["turn", "pain 4"]
        walked = await at.until(lambda state: state["walked"]["valid_left"] > 5)
        assert walked["walked"]["cadence_spm"] == pytest.approx(100.0, abs=25.0)
        assert walked["walked"]["stance_asym"]["value"] < -4.0  # the left knee hurts
        assert walked["walked"]["drop"]["left_deg"] is not None
        done = await at.stop()
        verdict = done["verdict"]
        assert verdict["verdict"] in {"valid", "attention"}
        assert [one["key"] for one in verdict["headline"]] == [
            "gait.speed_m_s",
            "stance_time",
            "pelvis.drop_difference_deg",
        ]
        assert verdict["strides"]["left"]["valid"] > 5
        sid = (await at.post("accept"))["session"]
        await at.phase("idle")
        assert at.tab.phases == [
            *("idle", "searching", "connecting", "placing", "checking", "calibrating", "ready", "recording"),
            *("stopping", "verdict", "idle"),
        ]
        assert set(at.tab.samples) == {0, 1, 2, 3}
        for path in ("summary", "curves", "report.html"):
            assert (await at.client.get(f"/api/sessions/{sid}/{path}")).status_code == 200

    play(scene)
    (session,) = store.sessions()
    care = session.care
    assert (care.protocol, care.condition, care.pain_before) == ("2min", "own shoes", 3)
    assert session.care.verdict == "accepted"
    assert session.end is SessionEnd.COMPLETE
    assert session.version == __version__
    info = read_info(SessionFolder(session.path))
    assert info is not None
    assert info.person.code == "K-17"
    assert info.calibration
    assert [marker.label for marker in read_recording(session.path).markers] == ["turn", "pain 4"]


def test_nobody_deletes_a_patient_whose_walk_is_still_being_stored(
    play: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = threading.Event()

    def late(*told: Any) -> Kept:
        assert stored.wait(30.0)
        return keep(*told)

    async def scene(at: Desk) -> None:
        await at.walk()
        await at.post("stop")
        await at.phase("verdict")
        try:
            assert (await at.client.delete(f"/api/patients/{at.pid}")).status_code == 409
        finally:
            stored.set()
        await at.until(lambda state: state["verdict"]["final"])
        await at.post("accept")
        assert (await at.client.delete(f"/api/patients/{at.pid}")).status_code == 200

    monkeypatch.setattr("gaitchain.app.hub.run.keep", late)
    play(scene)


def test_only_the_window_in_control_leads_and_any_other_may_take_control(play: Callable[[Scene], None]) -> None:
    async def scene(at: Desk) -> None:
        other = Tab(at.app, at.tab.cookie, "another-window").open()
        assert at.app.state.hub.state("another-window")["controller"] is True  # nobody leads yet
        await at.walk()
        assert (at.tab.state["controller"], other.state["controller"]) == (True, False)
        refused = await at.post("stop", 409, tab="another-window")
        assert "take control" in refused["error"]
        await at.post("start", 409, tab="another-window", pid=at.pid, protocol="2min", source="sim")
        await at.post("control", tab="another-window")
        await at.until(lambda state: state["controller"] is False)
        await at.post("mark", 409, kind="event")
        await at.post("mark", tab="another-window", kind="event")
        await at.tab.kill()  # nothing changes by that
        assert other.state["phase"] == "recording"
        await at.post("stop", tab="another-window")

    play(scene)


@pytest.mark.parametrize("where", ["searching", "placing", "checking", "ready"])
def test_who_leaves_before_the_walk_leaves_nothing(play: Callable[[Scene], None], store: Store, where: str) -> None:
    async def scene(at: Desk) -> None:
        if where == "searching":
            await at.post("start", pid=at.pid, protocol="2min", source="sim")
        else:
            await at.start()
        if where in {"checking", "ready"}:
            await at.post("place")
            await at.until(lambda state: state["checks"])
        if where == "ready":
            await at.post("calibrate")
            await at.post("skip")
        await at.post("cancel")
        await at.phase("idle")

    play(scene)
    assert store.sessions() == []
    assert not [path for path in store.layout.patients.rglob("sessions/*") if path.is_dir()]


def test_what_does_not_fit_is_refused_in_a_sentence(play: Callable[[Scene], None]) -> None:
    async def scene(at: Desk) -> None:
        for what in ("stop", "begin", "calibrate", "skip", "undo", "accept", "repeat", "cancel", "search", "place"):
            assert (await at.post(what, 409))["error"] == "Nothing is being recorded."
        await at.post("start", 404, pid="0" * 12, protocol="2min", source="sim")
        await at.post("start", 422, pid=at.pid, protocol="2min", source="usb")
        await at.start()
        for what in ("stop", "begin", "calibrate", "skip", "undo", "accept", "repeat", "search"):
            assert "cannot be done now (placing)" in (await at.post(what, 409))["error"]
        await at.post("place", 409, places={"A0C30001": "hip_left"})
        await at.post("place", 409, places={"00000000": "trunk"})
        await at.post("place", 422, places={"A0C30001": "elbow"})
        await at.post("identify", 409, node="00000000")
        assert at.tab.state["phase"] == "placing"
        answer = await at.client.delete(f"/api/patients/{at.pid}")
        assert answer.status_code == 409
        assert "being recorded" in answer.json()["error"]
        await at.post("place")
        await at.until(lambda state: state["checks"])
        await at.post("calibrate")
        await at.post("skip")
        await at.post("begin")
        await at.phase("recording")
        await at.post("cancel", 409)
        await at.post("undo", 409)
        await at.post("mark", 422, kind="pain")
        await at.post("mark", 422, kind="turn", pain=3)
        await at.post("mark", 422, kind="pain", pain=11)

    play(scene)


def test_swapped_sides_are_put_right_before_the_walk(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        placing = await at.start(places={"A0C30001": "knee_right", "A0C30002": "knee_left"})
        assert {one["name"]: one["placement"] for one in placing["nodes"]}["A0C30001"] == "knee_right"
        await at.post("place", places={})
        await at.until(lambda state: state["checks"])
        await at.post("place", places={"A0C30001": "knee_left", "A0C30002": "knee_right"})
        await at.post("calibrate")
        await at.post("skip")
        await at.post("begin")
        await at.until(lambda state: state["elapsed_s"] > 3.0)
        await at.stop()

    play(scene)
    info = read_info(SessionFolder(store.sessions()[0].path))
    assert info is not None
    assert info.placements["A0C30001"] == "knee_left"


def test_sensors_that_are_not_found_can_be_searched_again(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        for source in ("serial:/dev/no-such-port", "ble"):
            await at.post("start", pid=at.pid, protocol="2min", source=source)
            failed = await at.phase("failed")
            assert failed["failure"].endswith(".")
            await at.post("search")
            await at.phase("failed")
            await at.post("cancel")
            await at.phase("idle")

    play(scene)
    assert store.sessions() == []


def test_a_sensor_that_nobody_wears_is_left_out(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        await at.start()
        await at.post("place", places={"A0C30004": None})
        await at.phase("connecting")
        await at.phase("placing")
        assert [one["name"] for one in at.tab.state["nodes"]] == ["A0C30001", "A0C30002", "A0C30003"]
        refused = await at.post("place", 409, places=dict.fromkeys(("A0C30001", "A0C30002", "A0C30003")))
        assert "has to stay" in refused["error"]

    play(scene)
    assert store.sessions() == []


def test_repeat_keeps_what_was_walked_and_begins_again(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        await at.walk()
        await at.stop()
        await at.post("repeat")
        await at.phase("placing")
        await at.post("cancel")

    play(scene)
    (session,) = store.sessions()
    assert session.care.verdict == "repeat"


def test_a_sensor_that_cannot_blink_says_what_else_to_do(
    play: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_: object) -> None:
        raise LinkLost("A Movella DOT cannot be made to blink from here; tap it instead.")

    async def scene(at: Desk) -> None:
        await at.start()
        monkeypatch.setattr(RecordingSession, "light", cannot)
        refused = await at.post("identify", 409, node="A0C30001")
        assert refused["error"].endswith("; tap it instead.")
        await at.post("cancel")

    play(scene)


def test_the_trail_says_who_decided_not_who_began(play: Callable[[Scene], None], store: Store) -> None:
    async def scene(at: Desk) -> None:
        await at.walk()
        await at.stop()
        await at.app.state.hub.decide(TAB, CareVerdict.ACCEPTED, "bob")  # who has taken the window over

    play(scene)
    (session,) = store.sessions()
    assert (session.care.verdict, session.care.created_by) == (CareVerdict.ACCEPTED, "local")
    assert [one.who for one in store.audit_trail() if one.what == "session notes changed"] == ["bob"]


def test_sensors_that_fall_silent_are_red_and_come_back_and_the_recording_goes_on(
    play: Callable[[Scene], None], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds = []
    made = ObedientPatient.__post_init__

    def remembered(patient: ObedientPatient) -> None:
        made(patient)
        worlds.append(patient.world)

    monkeypatch.setattr(ObedientPatient, "__post_init__", remembered)

    async def scene(at: Desk) -> None:
        await at.walk()
        await at.until(lambda state: state["elapsed_s"] > 5.0)
        (world,) = worlds
        for link in world._links:
            link.drop()
        lost = await at.until(lambda state: any(one["grade"] == "red" for one in state["nodes"]))
        assert lost["phase"] == "recording"
        back = await at.until(lambda state: all(one["live"] for one in state["nodes"]))
        assert back["phase"] == "recording"
        since_s = back["elapsed_s"]
        await at.until(lambda state: state["elapsed_s"] > since_s + 3.0)
        await at.stop()

    play(scene)
    recovery = SessionFolder(store.sessions()[0].path)
    info = read_info(recovery)
    assert info is not None
    assert all(not node["gaps"] for node in info.nodes.values())  # fetched from the sensors' own memory


def test_the_walk_that_is_recorded_when_the_server_ends_is_kept(store: Store) -> None:
    async def main() -> None:
        async with desk(store.layout.data, store) as at:
            await at.walk()
            await at.until(lambda state: state["elapsed_s"] > 5.0)

    run_virtually(main)
    (session,) = store.sessions()
    assert session.end is SessionEnd.COMPLETE
    assert session.has_result
    assert read_recording(session.path).time_s[-1] > 4.0


def test_what_a_crash_broke_off_is_restored_when_the_server_starts_again(store: Store, tmp_path: Path) -> None:
    async def crash() -> None:
        async with desk(store.layout.data, store) as at:
            await at.walk()
            await at.until(lambda state: state["elapsed_s"] > 30.0)  # the journal is written every 0.1 s of real time
            session = store.layout.patients / at.pid / "sessions"
            copied.extend((path.name, _copy(path, tmp_path / path.name)) for path in session.iterdir())

    copied: list[tuple[str, Path]] = []
    run_virtually(crash)
    ((sid, copy),) = copied
    (session,) = store.sessions()
    _replace(session.path, copy)
    store.add_session(session.path, None, "test")
    assert store.session(sid).end is SessionEnd.RECORDING

    async def again() -> None:
        async with desk(store.layout.data, store) as at:
            state = await at.until(lambda state: state["recovered"])
            assert state["recovered"] == [sid]
            lines = (await at.client.get("/api/readiness")).json()
            assert any(sid in line["text"] and line["state"] == "warn" for line in lines)

    run_virtually(again)
    assert store.session(sid).end is SessionEnd.RECOVERED
    assert store.session(sid).has_result
    assert read_recording(session.path).time_s[-1] > 1.0


def _copy(path: Path, to: Path) -> Path:
    return Path(shutil.copytree(path, to))


def _replace(path: Path, by: Path) -> None:
    shutil.rmtree(path)
    shutil.copytree(by, path)
