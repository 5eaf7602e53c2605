"""``gaitchain recover``: a recording that broke off, at any byte, comes back as far as it goes; twice is once."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from sensor.recording.journal import Frame, encode
from sensor.recording.journal_reader import JournalReader
from sensor.samples import HIPS, KNEES
from tests.firmware_protocol.packets import clockwork
from tests.sensor.recorded import record

DURATION_S = 12.0
LOST_S = (4.0, 7.0)


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session whose process was killed: four nodes, 3 % loss, one link gone for 3 s."""
    path = tmp_path_factory.mktemp("sessions") / "walk"
    record(path, dict.fromkeys(KNEES + HIPS, clockwork), DURATION_S, loss=0.03, lost_s=LOST_S, stop=False)
    return path


@pytest.fixture
def session(broken_off: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(broken_off, tmp_path / "walk"))


def files(path: Path) -> dict[str, bytes]:
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def recovered(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["recover", str(path), "--json"]) == ExitCode.OK
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_duration_samples_and_gaps_are_what_was_recorded(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = recovered(session, capsys)
    frames = [r for r in JournalReader(session / "journal") if isinstance(r, Frame)]
    heard_s = (frames[-1].host_ns - frames[0].host_ns) * 1e-9
    assert heard_s - 1.0 < said["duration_s"] <= heard_s + 0.1
    assert said["duration_s"] > DURATION_S + 2.0  # the preflight counts
    assert said["complete"] is False
    assert [node["placement"] for node in said["nodes"]] == [*KNEES, *HIPS]
    for node in said["nodes"]:
        missing = sum(gap["samples"] for gap in node["gaps"])
        whole = (node["last_s"] - node["first_s"]) * node["rate_hz"]
        assert node["samples"] + missing == pytest.approx(whole + 1.0, abs=3.0)
        assert all(gap["start_s"] < gap["end_s"] for gap in node["gaps"])
    assert said["nodes"][0]["backfilled"] >= 300  # the 3 s without a link


def test_without_backfill_the_loss_is_a_gap(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal cut before anything was fetched."""
    segment = session / "journal" / "000000.gcj"
    whole = recovered(session, capsys)
    late = next(r for r in JournalReader(session / "journal") if isinstance(r, Frame) and r.data[0::2][:2] == b"\xc0\1")
    data = segment.read_bytes()
    segment.write_bytes(data[: data.index(encode(late)) + 20])
    (session / "recording.parquet").unlink()
    said = recovered(session, capsys)
    gaps = [gap for gap in said["nodes"][0]["gaps"] if gap["end_s"] - gap["start_s"] > 2.5]
    assert [gap["start_s"] for gap in gaps] == pytest.approx([LOST_S[0]], abs=1.2)
    assert gaps[0]["samples"] == pytest.approx(300, abs=60)
    assert said["duration_s"] < whole["duration_s"]
    assert said["journal"]["damages"][0]["why"] == "the file ends within a record"


def test_twice_is_once_and_the_journal_is_never_touched(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(session)
    first = recovered(session, capsys)
    after = files(session)
    assert set(after) - set(before) == {"recording.parquet", "markers.csv", "recovery.json"}
    assert {name: after[name] for name in before if name.startswith("journal")} == {
        name: data for name, data in before.items() if name.startswith("journal")
    }
    assert recovered(session, capsys) == first
    assert files(session) == after
    (session / "recording.parquet").unlink()
    assert recovered(session, capsys) == first
    assert files(session) == after
    assert json.loads(after["recovery.json"]) == first


@settings(max_examples=25)
@given(data=st.data())
def test_any_cut_and_any_flip_is_recovered(
    broken_off: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = Path(shutil.copytree(broken_off, tmp_path_factory.mktemp("cut") / "walk"))
    segment = path / "journal" / "000000.gcj"
    whole = bytearray(segment.read_bytes())
    del whole[data.draw(st.integers(0, len(whole))) :]
    if whole and data.draw(st.booleans()):
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    segment.write_bytes(whole)
    assert run(["recover", str(path)]) == ExitCode.OK
    assert segment.read_bytes() == whole


def test_the_words_for_people(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["recover", str(session)]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert shown.startswith("walk: restored from its journal; ")
    assert "(knee_left): " in shown
    assert run(["recover", str(session)]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("walk: complete; ")


def test_what_is_no_session_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        assert run(["recover", str(path)]) == ExitCode.REFUSED
        assert "no session folder" in capsys.readouterr().err


def test_a_session_that_never_heard_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path / "walk", {}, 0.0)
    said = recovered(tmp_path / "walk", capsys)
    assert (said["duration_s"], said["nodes"], said["complete"]) == (0.0, [], True)


def test_analyze_takes_a_session_that_broke_off(session: Path, tmp_path: Path) -> None:
    """Nobody walks in it, so the verdict is invalid, but every file is written."""
    assert run(["analyze", str(session), "-o", str(tmp_path / "out"), "--json"]) == ExitCode.INVALID
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert "broke off" in summary["recording"]["notices"][0]
    assert summary["recording"]["duration_s"] > DURATION_S - 1.0
