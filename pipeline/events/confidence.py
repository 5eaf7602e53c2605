"""How sure an event is, from what the signals show at this very event.

A detector's event with nothing against it has the detector's own `sure`. Every sign of doubt has an amount that halves
it: ``confidence = sure * 0.5 ** (sum of doubts)``, each doubt the size of the sign over that amount. 0 to 1, and no
probability; what events of high (0.8 and more), moderate and low (under 0.5) confidence are worth is counted in
docs/validation.md.

Source: own. The signs were taken for telling events that are more than 50 ms off from the others on several sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from pipeline.events.landings import Landing
from pipeline.signals.bridging import Trust

HIGH, MODERATE = 0.8, 0.5  # from here on up
ESTIMATE = 1.0  # doubt of an event that was placed by rule, not seen


@dataclass(frozen=True, slots=True)
class ConfidenceParams:
    """What halves the confidence in an event. All were set on several sets together; half or double
    of any of them would do nearly as well.
    """

    weak_swing: float = 1.0  # part of the leg's usual swing peak that is missing
    soft_octaves: float = 2.0  # landing's jerk below the leg's usual; 2 is a quarter
    off_usual_s: float = 0.1  # landing earlier or later after the swing than usual for the leg
    apart_s: float = 0.4  # the two witnesses of a landing
    rival: float = 1.0  # second highest peak of a thigh's envelope, part of the highest
    dissent: float = 2.0  # what the neighbouring steps' votes do not agree on; 1 when they are split evenly
    weak_lift: float = 1.0  # part of the usual peak of the pelvis' vertical acceleration that is missing
    step_octaves: float = 1.0  # step before or after against the usual time; as much when there is none


def confidence(sure: float, *doubts: float) -> float:
    """``sure``, halved for every unit of doubt; rounded as it is written."""
    return round(sure * 0.5 ** sum(doubts), 3)


def bridged(seen: Trust) -> float:
    """Doubt of an event seen through a bridged gap."""
    return 1.0 if seen is Trust.BRIDGED else 0.0


def missing(part: float, halving: float) -> float:
    """Doubt of what reaches only a part of its usual size; none of what is larger."""
    return max(0.0, 1.0 - part) / halving


def landing_doubt(landing: Landing, params: ConfidenceParams) -> float:
    """Doubt of a leg's landing."""
    return (
        landing.soft_octaves / params.soft_octaves
        + landing.off_usual_s / params.off_usual_s
        + landing.apart_s / params.apart_s
        + landing.rival / params.rival
    )


def step_doubt(steps: tuple[float | None, float | None], usual: float, params: ConfidenceParams) -> float:
    """Doubt of a contact from the times of the steps before and after it; None where the walk begins or ends.

    A step of half or twice the usual time is as odd as none.
    """
    octaves = (1.0 if step is None else abs(log2(min(max(step / usual, 0.5), 2.0))) for step in steps)
    return sum(octaves) / params.step_octaves
