"""The trunk against the vertical and against the pelvis, from a sensor on the sternum or between the shoulder blades.

- Forward lean: mean over the cycle of the trunk's tilt, against standing.
- Sideways lean: how far the trunk leans over this side in its stance at most, against the cycle's mean.
- Thorax-pelvis phase: relative Fourier phase of the two rotations at the stride's frequency, 0 = in phase, 180 = out of
  phase. Lamoth 2002 and van Emmerik (recalled, not re-read) describe it; healthy people go from in phase when slow to
  out of phase when fast.
- Thorax-pelvis rotation: range over the cycle of the trunk's rotation minus the pelvis'.

Deviations: the phase is taken per stride from its first harmonic and folded to 0..180, which makes values near 180 a
little too small; rotations are without their moving average over one stride, the same on both, which leaves the phase.

Data requirements: a trunk sensor; the last two also hip or sacrum sensors. Known error: docs/methods/trunk.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.signals.timeline import Series
from pipeline.signals.windows import HUNDREDTHS, at_shares, cut, nearest
from sensor.samples import FloatArray, Side

_ONCE = np.exp(-2j * np.pi * HUNDREDTHS)


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """When a phase means anything."""

    least_rotation_deg: float = 0.7  # amplitude at the stride's frequency; below, the phase is that of the noise


@dataclass(frozen=True, slots=True, eq=False)
class TrunkMeasures:
    """Of k cycles, degrees, (k,); NaN inside gaps."""

    trunk_lean_deg: FloatArray
    trunk_side_lean_deg: FloatArray
    thorax_pelvis_phase_deg: FloatArray
    thorax_pelvis_rom_deg: FloatArray


def trunk_measures(
    trunk: Series,
    pelvis: Series | None,
    side: Side,
    ic: FloatArray,
    fc: FloatArray,
    next_ic: FloatArray,
    params: TrunkParams,
) -> TrunkMeasures:
    """Measure cycles of one side.

    Parameters
    ----------
    trunk, pelvis : Series of 3
        Tilt, obliquity, rotation, degrees; signs as of the pelvis.
    ic, fc, next_ic : (k,) arrays
        Grid indices; NaN where there is no such contact.
    """
    over = at_shares(trunk, HUNDREDTHS, ic, next_ic)
    lean, sideways = over[..., 0].mean(axis=1), over[..., 1].mean(axis=1)
    stance = cut(trunk, nearest(ic), nearest(fc))
    # The left side of the trunk goes down when it leans to the left.
    over_side = sideways - stance.smallest()[:, 1] if side is Side.LEFT else stance.largest()[:, 1] - sideways
    phase = apart = np.full(len(ic), np.nan)
    if pelvis is not None:
        turns = over[..., 2], at_shares(pelvis, HUNDREDTHS, ic, next_ic)[..., 2]
        phase = relative_phase_deg(*turns, params)
        apart = np.ptp(turns[0] - turns[1], axis=1)
    return TrunkMeasures(lean, over_side, phase, apart)


def relative_phase_deg(first_deg: FloatArray, second_deg: FloatArray, params: TrunkParams) -> FloatArray:
    """Angle between the first harmonics of two curves (k, 100) over one cycle, folded to 0..180, (k,)."""
    first, second = ((curve * _ONCE).sum(axis=1) / (0.5 * len(HUNDREDTHS)) for curve in (first_deg, second_deg))
    strong = np.minimum(np.abs(first), np.abs(second)) >= params.least_rotation_deg
    return np.where(strong, np.abs(np.degrees(np.angle(first * np.conj(second)))), np.nan)
