"""The restlessness of flesh and strap while walking, between the landings.

Levels are those of real recordings between landings (root mean square after subtracting a 70 ms moving average; our own
measurement on the stroke and healthy sets that docs/validation.md names): below the knee 1.2 m/s^2 and 11 deg/s, lower
back 0.3 m/s^2 and 4.5 deg/s, in proportion to how hard the leg lands. Other placements are interpolated [assumption].
Most of it repeats from stride to stride, as it does in those recordings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray
from sensor.simulation.streams import stream

USUAL_IMPACT_M_S2 = 15.7  # 1.6 g, for which the levels of the sites hold
HARMONICS = np.arange(6, 15)  # of the gait cycle: about 5 to 13 Hz
REPEATED = 0.7  # of the root mean square
KNOT_HZ = 30.0  # of the part that does not repeat
CALM = 0.5  # in push-off and swing, where those recordings are smooth, against loading
RESTLESS_AT = 0.15  # after a landing, of the time to the next
RESTLESS_WIDTH = 1.0  # rad of that time
SPREAD = 0.25  # of the logarithm, between sensors


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """What the jitter of every sensor on one leg, or on the body, follows: n output samples.

    Attributes
    ----------
    waves : (18, n) array
        Harmonics of the gait cycle.
    restless : (n,) array
        1 as a landing reaches the site, less between.
    """

    waves: FloatArray
    restless: FloatArray

    @classmethod
    def of(cls, phase: FloatArray, landings: FloatArray) -> Rhythm:
        """The rhythm of gait cycles (n,) and of the landings that have reached the site, counted as a phase (n,)."""
        turn = np.exp(2j * np.pi * phase)
        powers = turn ** int(HARMONICS[0]) * np.cumprod(
            np.concatenate([np.ones((1, len(turn))), np.tile(turn, (len(HARMONICS) - 1, 1))]), axis=0
        )
        since = np.cos(2 * np.pi * (landings - RESTLESS_AT)) - 1.0
        return cls(np.concatenate([powers.real, powers.imag]), CALM + (1.0 - CALM) * np.exp(since / RESTLESS_WIDTH**2))


def jitter(
    seed: int, name: str, rhythm: Rhythm, time_s: FloatArray, acc_m_s2: float, gyr_deg_s: float
) -> tuple[FloatArray, FloatArray]:
    """Specific force and angular rate (3, n) at unit strength; neither leaves velocity or angle behind.

    Parameters
    ----------
    acc_m_s2, gyr_deg_s : float
        Root mean square per axis in loading.
    """
    draw = stream(seed, f"jitter {name}")
    shape = draw.standard_normal((6, 2 * len(HARMONICS)))
    shape *= np.sqrt(2.0) / np.linalg.norm(shape, axis=1, keepdims=True)
    size = np.exp(SPREAD * draw.standard_normal()) * rhythm.restless
    repeated = shape @ rhythm.waves
    knots = np.arange(int(time_s[-1] * KNOT_HZ) + 3) / KNOT_HZ
    steps = np.diff(draw.standard_normal((len(knots) + 1, 6)), axis=0).T
    once = np.stack([np.interp(time_s, knots, row) for row in steps])
    both = size * (REPEATED * repeated + np.sqrt(1.0 - REPEATED**2) * once)
    return acc_m_s2 * both[:3], np.deg2rad(gyr_deg_s) * both[3:]
