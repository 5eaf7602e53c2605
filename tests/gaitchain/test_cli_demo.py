"""`gaitchain demo`: what `make demo` shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode


def test_the_demo_finds_the_painful_left_knee(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == ExitCode.OK
    captured = capsys.readouterr()
    report = tmp_path / "demo-out" / "report.html"
    assert captured.out.endswith(f"\n{report}\n"), "the path stands alone on the last line"
    assert report.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    said = json.loads((tmp_path / "demo-out" / "summary.json").read_bytes())
    truth = json.loads((tmp_path / "demo-out" / "truth" / "truth.json").read_bytes())
    assert said["quality"]["verdict"] == "valid"
    stance, step = (said["asymmetry"][metric]["log_ratio_pct"] for metric in ("stance_time", "step_time"))
    assert stance < 0.0 < step
    assert stance == pytest.approx(truth["stance_asym_pct"], abs=1.5)
    assert "Simulating" in captured.err
