"""Contacts from the pelvis or trunk alone, when a leg carries no sensor. Less sure than a shank: about 25 ms, sides
inferred.

Initial contact: every step lifts the vertical acceleration once; the contact is where that has risen to a part of its
peak, below 3 Hz. Side: while the left leg bears the body, it is pushed to the right, and the other way
round. The votes of neighbouring steps are counted with alternating sign, so that one odd step does not swap sides.
Final contact of the other foot is only estimated, as a fixed part of the step after the contact, and says so.

Source: own, in the family of Zijlstra 2003 (recalled, not re-read) and of the project's first prototype (shared design
notes, biomechanics 3.1b). Data requirements: one sensor on the pelvis or trunk, calibrated by walking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.angles.level_acceleration import LevelAcceleration
from pipeline.events.confidence import ESTIMATE, ConfidenceParams, bridged, confidence, missing, step_doubt
from pipeline.events.contacts import ESTIMATED, Contact, noted, worst_trust
from pipeline.result import EventKind
from pipeline.signals.bridging import Trust
from pipeline.signals.candidates import Refractory
from pipeline.signals.filters import Fir, lowpass_taps
from pipeline.signals.timeline import Series
from sensor.samples import FloatArray, Side
from sensor.synchronise import GRID_HZ


@dataclass(frozen=True, slots=True)
class PelvisEventParams:
    """Constants of the detector. Those marked * were set on two sets together, see docs/validation.md."""

    cutoff_hz: float = 3.0  # step frequency and little more
    taps: int = 61
    least_m_s2: float = 0.1  # * noise; whether it is a step is told by its neighbours
    weakest: float = 0.05  # * of the usual peak; short last steps are weak
    closest: float = 0.65  # * of the usual step; of two nearer ones the weaker is dropped
    rise: float = 0.4  # * of its peak, where the contact is; 0.3 to 0.6 serve nearly alike
    lag_s: float = 0.03  # * contact after it
    missed: float = 1.5  # of the usual step; a longer one hides a step, and sides do not alternate across it
    longest_step_s: float = 1.2
    walking: float = 0.3  # of the usual peak; a step of which no neighbour reaches it is a sway in standing
    votes: int = 2  # neighbours on either side that have a say in the side of a step
    other_fc: float = 0.22  # of the step time from a contact to the other foot's toe-off (about 11 % of the cycle)
    sure: float = 0.9  # confidence of a contact with nothing against it
    confidence: ConfidenceParams = field(default_factory=ConfidenceParams)


@dataclass(frozen=True, slots=True)
class UsualStep:
    """What is usual for this person: peak of the vertical acceleration, m/s^2, and time of a step, samples."""

    peak_m_s2: float
    time: float


@dataclass(frozen=True, slots=True)
class _Peak:
    at: int
    strength: float


@dataclass(frozen=True, slots=True)
class _Step:
    at: float
    push: float  # mean sideways acceleration under a half wave to the next contact, + to the left
    next_at: float | None  # next contact when it follows within a step's time
    lift: float  # peak of the vertical acceleration, m/s^2


class PelvisEvents:
    """Detector from midline or iliac sensors for the sides that have none of their own; a ``ContactSource``.

    Parameters
    ----------
    level : LevelAcceleration
        Acceleration of the sensors in a level frame; advanced from here if nothing else has done so.
    trusts : sequence of Series
        ``bridging.Trust`` of each of the sensors.
    sides : tuple of Side
        Sides to report.
    """

    def __init__(
        self,
        level: LevelAcceleration,
        trusts: Sequence[Series],
        sides: tuple[Side, ...],
        usual: UsualStep,
        start: int,
        params: PelvisEventParams,
    ) -> None:
        self.params = params
        self._level, self._trusts, self._sides = level, trusts, sides
        self._weakest = max(params.least_m_s2, params.weakest * usual.peak_m_s2)
        self._usual = usual
        self._walking = params.walking * usual.peak_m_s2
        self._longest = min(params.longest_step_s * GRID_HZ, params.missed * usual.time)
        self._next = start
        self._filter = Fir(lowpass_taps(params.cutoff_hz, params.taps))
        self._acc = Series(2, start)  # vertical and leftward acceleration below 3 Hz
        self._peaks: Refractory[_Peak] = Refractory(params.closest * usual.time)
        self._scanned = start + 1
        self._contact: tuple[float, float] | None = None  # contact and lift of the step that is not over
        self._steps: list[_Step] = []
        self._done = 0  # steps already reported, of those kept for their votes
        self._settled = float(start)

    @property
    def settled(self) -> float:
        """Grid index before which every contact has been returned."""
        return self._settled

    def advance(self, end: int) -> list[Contact]:
        """Contacts that have become certain with the motion before the grid index ``end``."""
        if end > self._next:
            self._level.advance(end)
            acc = self._level.bridged.window(self._next, end)
            self._next = end
            self._acc.append(self._filter.push(acc[:, [2, 1]]))
        return self._take(self._new_peaks(), last=False)

    def finish(self) -> list[Contact]:
        """The remaining contacts."""
        self._acc.append(self._filter.finish().reshape(-1, 2))
        return self._take(self._new_peaks() + self._peaks.finish(), last=True)

    def forget(self, before: int) -> None:
        """Let go of signals before a grid index."""
        self._acc.forget(before)

    def _new_peaks(self) -> list[_Peak]:
        first, last = self._scanned, self._acc.end
        if last - first < 2:
            return []
        v = self._acc.window(first - 1, last)[:, 0]
        tops = np.flatnonzero((v[1:-1] > v[:-2]) & (v[1:-1] >= v[2:]) & (v[1:-1] > self._weakest))
        self._scanned = last - 1
        out = []
        for top in tops:
            out += self._peaks.push(_Peak(first + int(top), float(v[top + 1])))
        return out + self._peaks.settle(self._scanned)

    def _take(self, peaks: list[_Peak], *, last: bool) -> list[Contact]:
        for peak in peaks:
            self._step_to(contact_time(self._acc, peak.at, self.params), peak.strength)
        if self._contact is not None and (last or self._scanned - self._contact[0] > 2.0 * self._longest):
            self._end_step(*self._contact, None)
            self._contact = None
        return self._report(last=last)

    def _step_to(self, contact: float, lift: float) -> None:
        if self._contact is not None:
            near = contact - self._contact[0] < self._longest
            self._end_step(*self._contact, contact if near else None)
        self._contact = contact, lift

    def _end_step(self, start: float, lift: float, end: float | None) -> None:
        first = max(int(start), self._acc.start)
        last = min(int(end) if end is not None else first + 55, self._acc.end)  # a usual step when the next is unknown
        push = 0.0
        if last - first > 8:
            wave = np.sin(np.pi * (np.arange(last - first) + 0.5) / (last - first))
            push = float((self._acc.window(first, last)[:, 1] * wave).mean())
        self._steps.append(_Step(start, push, end, lift))

    def _report(self, *, last: bool) -> list[Contact]:
        """Contacts of the steps whose voting neighbours are all known."""
        out: list[Contact] = []
        reach = self.params.votes
        while self._done < len(self._steps) and (last or self._is_decided(self._done)):
            out += self._contacts(self._done)
            self._done += 1
        surplus = self._done - 2 * reach
        if surplus > 0:
            del self._steps[:surplus]
            self._done -= surplus
        pending = self._steps[self._done].at if self._done < len(self._steps) else self._contact and self._contact[0]
        held = self._peaks.held
        earliest = pending if pending is not None else float(held.at if held else self._scanned)
        self._settled = min(earliest, self._scanned) - 0.4 * GRID_HZ  # a peak's contact lies this far before it at most
        return out

    def _is_decided(self, index: int) -> bool:
        for later in range(index, index + self.params.votes + 1):
            if later >= len(self._steps):
                return False
            if self._steps[later].next_at is None:
                return True
        return True

    def _neighbours(self, index: int) -> list[tuple[_Step, float]]:
        """A step and those linked to it on either side, with the sign by which they take sides with it."""
        found = [(self._steps[index], 1.0)]
        for direction in (1, -1):
            sign, at = 1.0, index
            for _ in range(self.params.votes):
                link = at if direction > 0 else at - 1  # the step whose end joins the two
                if link < 0 or self._steps[link].next_at is None or at + direction >= len(self._steps):
                    break
                at, sign = at + direction, -sign
                found.append((self._steps[at], sign))
        return found

    def _contacts(self, index: int) -> list[Contact]:
        step, near = self._steps[index], self._neighbours(index)
        if max(neighbour.lift for neighbour, _ in near) < self._walking:
            return []
        votes = [-sign * neighbour.push for neighbour, sign in near]
        agreed, most = sum(votes), sum(abs(vote) for vote in votes)
        side = Side.LEFT if agreed > 0 else Side.RIGHT
        trust = max(worst_trust(trust, step.at - 8, step.at + 8) for trust in self._trusts)
        if trust is Trust.WITHHELD:
            return []
        note = noted("side_inferred", trust)
        dissent = 1.0 - abs(agreed) / most if most > 0 else 1.0
        doubt = dissent / self.params.confidence.dissent + self._step_doubt(index) + bridged(trust)
        out = [Contact(step.at, side, EventKind.IC, confidence(self.params.sure, doubt), note)]
        if step.next_at is not None:
            final = step.at + self.params.other_fc * (step.next_at - step.at)
            sure = confidence(self.params.sure, doubt, ESTIMATE)
            out.append(Contact(final, side.other, EventKind.FC, sure, f"{note};{ESTIMATED}"))
        return [contact for contact in out if contact.side in self._sides]

    def _step_doubt(self, index: int) -> float:
        """Doubt of a step from how unlike the usual its lift and the times before and after it are."""
        step, doubts, usual = self._steps[index], self.params.confidence, self._usual
        before = self._steps[index - 1] if index else None
        since = step.at - before.at if before is not None and before.next_at is not None else None
        until = step.next_at - step.at if step.next_at is not None else None
        weak = missing(step.lift / usual.peak_m_s2, doubts.weak_lift) if usual.peak_m_s2 > 0.0 else 0.0
        return weak + step_doubt((since, until), usual.time, doubts)


def contact_time(acc: Series, peak: int, params: PelvisEventParams) -> float:
    """Grid index at which the vertical acceleration rises to a part of its peak, and a lag."""
    first = max(acc.start, peak - int(0.5 * GRID_HZ))
    v = acc.window(first, peak + 1)[:, 0]
    level = params.rise * v[-1]
    below = np.flatnonzero(v <= level)
    if len(below) == 0:
        return float(peak - 0.08 * GRID_HZ)
    k = int(below[-1])
    return float(first + k + (level - v[k]) / (v[k + 1] - v[k]) + params.lag_s * GRID_HZ)


def usual_peak(vertical: FloatArray, params: PelvisEventParams) -> float:
    """Usual peak of the vertical acceleration (n,) in a stretch of walking, m/s^2; 0 when there is none."""
    top = (vertical[1:-1] > vertical[:-2]) & (vertical[1:-1] >= vertical[2:]) & (vertical[1:-1] > params.least_m_s2)
    peaks = vertical[1:-1][top]
    return float(np.percentile(peaks, 75)) if len(peaks) else 0.0
