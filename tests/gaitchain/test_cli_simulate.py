"""`gaitchain simulate`: a recording and its truth, the same for the same words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from sensor.recording import read_recording
from sensor.samples import Placement

SHORT = ["--pathway", "antalgic_knee", "--severity", "0.6", "--duration", "12", "--seed", "3"]


def simulate(*words: str) -> int:
    return run(["simulate", *words])


@pytest.mark.parametrize("kind", [".csv", ".csv.gz", ".parquet"])
def test_same_seed_same_bytes(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("first", "second"):
        truth = str(tmp_path / f"truth-{name}")
        assert simulate("-o", str(tmp_path / f"{name}{kind}"), "--truth", truth, *SHORT) == ExitCode.OK
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / f"{name}{kind}") for name in ("first", "second")]
    assert (tmp_path / f"first{kind}").read_bytes() == (tmp_path / f"second{kind}").read_bytes()
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    for name in ("events.csv", "pelvis.csv", "truth.json"):
        assert (tmp_path / "truth-first" / name).read_bytes() == (tmp_path / "truth-second" / name).read_bytes()


def test_every_option_arrives(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "walk.csv"
    words = ["--side", "right", "--placements", "sacrum,knee_left", "--rate", "50", "--loss", "0.1", *SHORT]
    assert simulate("-o", str(path), *words) == ExitCode.OK
    table = read_recording(path)
    assert table.placements == (Placement.KNEE_LEFT, Placement.SACRUM)
    assert table.rate_hz == 50.0
    assert table.person.painful_side == "right"
    lost = [np.isnan(values).any(axis=1).mean() for values in table.acc_m_s2.values()]
    assert all(0.01 < share < 0.4 for share in lost)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "walk.xlsx"], "must end in .csv"),
        (["-o", "walk.csv", "--severity", "1.5"], "severity is 1.5"),
        (["-o", "walk.csv", "--duration", "0"], "duration is 0.0 s"),
        (["-o", "walk.csv", "--placements", "knee_left,nose"], "nose is no placement"),
        (["-o", "walk.csv", "--pathway", "limp"], "limp"),
        (["-o", "walk.csv", "--rate", "20"], "rate is 20.0 Hz"),
        (["-o", "walk.csv", "--loss", "1"], "loss is 1.0"),
        ([], "-o"),
    ],
)
def test_what_cannot_be_simulated_is_code_2(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert simulate(*words) == ExitCode.USAGE
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_protocol_has_its_own_length_and_the_truth_says_what_was_done(tmp_path: Path) -> None:
    recording, truth = tmp_path / "walk.csv", tmp_path / "truth"
    words = ["--protocol", "4x10m", "--placements", "knee_left", "--truth", str(truth)]
    assert simulate("-o", str(recording), *words) == ExitCode.OK
    kinds = [kind for kind, *_ in json.loads((truth / "truth.json").read_text())["bouts"]]
    assert kinds.count("walking") == 4
    assert read_recording(recording).time_s[-1] == pytest.approx(90.0, abs=0.1)
