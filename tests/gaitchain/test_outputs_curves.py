"""curves.json holds what the panels are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gaitchain.outputs import read_curves
from gaitchain.outputs.curves import curves_json
from gaitchain.report.curves import panels
from tests.gaitchain.sample_results import SAMPLES, Sample, healthy


@pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES.keys())
def test_the_same_panels_come_from_the_file(make: Callable[[], Sample], tmp_path: Path) -> None:
    curves = make().result.curves
    path = tmp_path / "curves.json"
    path.write_bytes(curves_json(curves))
    read = read_curves(path)
    assert list(read) == list(curves)
    assert panels(read) == panels(curves)
    assert curves_json(read) == path.read_bytes()


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    curves = healthy().result.curves
    mean = curves["knee_flexion"].left_mean
    assert mean is not None
    mean[3] = float("nan")
    (tmp_path / "curves.json").write_bytes(curves_json(curves))
    again = read_curves(tmp_path / "curves.json")["knee_flexion"].left_mean
    assert again is not None
    assert again[2] == pytest.approx(mean[2], rel=1e-7)
    assert again[3] != again[3]


def test_no_file_is_no_curves_and_another_file_is_refused(tmp_path: Path) -> None:
    assert read_curves(tmp_path / "curves.json") == {}
    for text in ("", "[]", '{"curves": [{"name": "x"}]}', '{"curves": 3}'):
        (tmp_path / "curves.json").write_text(text)
        with pytest.raises(ValueError, match="analyse the recording again"):
            read_curves(tmp_path / "curves.json")
