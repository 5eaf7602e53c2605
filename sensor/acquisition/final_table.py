"""The samples of all nodes, put in order, as the recording's table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensor.acquisition.history import NodeSamples
from sensor.acquisition.plan import RecordingPlan
from sensor.recording.table import RecordingTable
from sensor.samples import FloatArray, Placement, SampleBlock
from sensor.synchronise import UniformGrid


def final_table(
    plan: RecordingPlan, some: Mapping[str, NodeSamples], begin_s: float, end_s: float
) -> RecordingTable | None:
    """The recording proper on one grid at the highest rate of the sensors; None without two rows.

    Parameters
    ----------
    plan : RecordingPlan
    some : mapping of node to NodeSamples
        On one clock.
    begin_s, end_s : float
        Of the recording proper, on that clock; it begins at time 0 of the table.
    """
    worn = {placement: some[node] for node, placement in plan.placements.items() if node in some}
    rates_hz = plan.rates_by_placement
    if not worn:
        return None
    rate_hz = max(rates_hz[placement] for placement in worn)
    grid = UniformGrid({placement: rates_hz[placement] for placement in worn}, 0.0, rate_hz)
    frames = []
    for placement, samples in worn.items():
        # one sample more at either end, for the grid to interpolate to its first and last
        period_s = 1.0 / rates_hz[placement]
        inside = (samples.time_s > begin_s - period_s) & (samples.time_s < end_s + period_s)
        acc, gyr = samples.acc_m_s2[inside], samples.gyr_rad_s[inside]
        frames += grid.push(SampleBlock(placement, samples.time_s[inside] - begin_s, acc, gyr))
    frames += grid.finish()
    # the sensors' last samples do not lie together: behind the end only some of them have one
    count = min(sum(map(len, frames)), int((end_s - begin_s) * rate_hz + 1e-6) + 1)
    if count < 2:
        return None
    values: dict[Placement, FloatArray] = {
        placement: np.concatenate([frame.samples[placement] for frame in frames])[:count] for placement in worn
    }
    return RecordingTable(
        name=plan.name,
        time_s=np.arange(count) / rate_hz,
        acc_m_s2={placement: values[placement][:, :3] for placement in worn},
        gyr_rad_s={placement: values[placement][:, 3:] for placement in worn},
        rate_hz=rate_hz,
        person=plan.person,
    )
