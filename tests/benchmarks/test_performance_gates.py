"""The gates of speed that hold also on a busy machine, on short recordings; all of them: benchmarks/performance.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.perf_recordings import Walks
from benchmarks.performance import MEASUREMENTS, QUICK, Bench

pytestmark = pytest.mark.long


@pytest.mark.parametrize("goal", [5, 6, 8, 10, 11])
def test_gate(goal: int, tmp_path: Path) -> None:
    outcome = MEASUREMENTS[goal](Bench(Walks(tmp_path), QUICK, None))
    assert outcome.value is not None
    assert outcome.target.meets(outcome.value, outcome.target.gate), f"{outcome.cells}: {outcome.note}"
