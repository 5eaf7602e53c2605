"""The final table: from begin to end of the recording proper, no row that only some sensors filled."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.acquisition.final_table import final_table
from sensor.acquisition.history import NodeSamples
from sensor.acquisition.plan import RecordingPlan
from sensor.samples import HIPS, KNEES

WORN = KNEES + HIPS


def samples(first_s: float, rate_hz: float, until_s: float) -> NodeSamples:
    """A gyro that tells the time."""
    time_s = np.arange(first_s, until_s, 1.0 / rate_hz)
    n = len(time_s)
    values = np.repeat(time_s[:, None], 3, axis=1)
    return NodeSamples(time_s, np.arange(n), np.zeros(n, dtype=np.int64), values, values)


def plan(rates_hz: Mapping[str, float]) -> RecordingPlan:
    return RecordingPlan(dict(zip(rates_hz, WORN, strict=False)), rates_hz)


@given(
    st.lists(st.tuples(st.floats(0.0, 0.999), st.sampled_from([60.0, 100.0, 200.0])), min_size=1, max_size=4),
    st.floats(1.0, 1.02),
    st.floats(2.0, 2.03),
)
def test_every_row_is_filled_by_every_sensor_that_goes_on_behind_the_end(
    phases: list[tuple[float, float]], begin_s: float, end_s: float
) -> None:
    """On a loaded machine the last row once lacked the sensors whose last sample lay just before it."""
    some = {f"{k}": samples(phase / rate_hz, rate_hz, 3.0) for k, (phase, rate_hz) in enumerate(phases)}
    rates_hz = {f"{k}": rate_hz for k, (_, rate_hz) in enumerate(phases)}
    table = final_table(plan(rates_hz), some, begin_s, end_s)
    assert table is not None
    assert table.rate_hz == max(rates_hz.values())
    assert -1e-7 <= end_s - begin_s - table.time_s[-1] < 1.0 / table.rate_hz + 1e-7
    for placement in table.placements:
        told_s = table.gyr_rad_s[placement][:, 0] - begin_s
        np.testing.assert_allclose(told_s, table.time_s, atol=1e-9)


def test_a_sensor_that_ends_before_the_others_leaves_its_rows_empty() -> None:
    some = {"0": samples(0.0, 100.0, 3.0), "1": samples(0.003, 100.0, 1.5)}
    table = final_table(plan({"0": 100.0, "1": 100.0}), some, 1.0, 2.0)
    assert table is not None
    left, right = ([bool(np.isfinite(row).all()) for row in table.acc_m_s2[p]] for p in KNEES)
    assert all(left)
    assert sum(right) == pytest.approx(50, abs=1)
    assert not any(right[51:])


def test_without_samples_there_is_no_table() -> None:
    assert final_table(plan({"0": 100.0}), {}, 0.0, 1.0) is None
    assert final_table(plan({"0": 100.0}), {"0": samples(5.0, 100.0, 6.0)}, 0.0, 1.0) is None
