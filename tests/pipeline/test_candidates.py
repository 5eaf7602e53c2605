"""Candidates that stand too close: the strongest stays, whenever one asks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.candidates import Refractory

DISTANCE = 10.0


@dataclass(frozen=True, slots=True)
class Peak:
    at: float
    strength: float


PEAKS = st.lists(st.tuples(st.integers(1, 25), st.integers(1, 5)), max_size=30).map(
    lambda steps: [Peak(float(sum(s for s, _ in steps[: i + 1])), float(k)) for i, (_, k) in enumerate(steps)]
)


def kept(peaks: list[Peak], asked: set[int] | None = None) -> list[Peak]:
    """What is released; ``asked`` are the pushes after which one asks what is settled by then."""
    stage: Refractory[Peak] = Refractory(DISTANCE)
    out: list[Peak] = []
    for index, peak in enumerate(peaks):
        out += stage.push(peak)
        if asked and index in asked:
            out += stage.settle(peaks[index + 1].at if index + 1 < len(peaks) else peak.at + 1.0)
    return out + stage.finish()


@given(PEAKS, st.sets(st.integers(0, 30)))
def test_it_does_not_matter_when_one_asks(peaks: list[Peak], asked: set[int]) -> None:
    assert kept(peaks, asked) == kept(peaks)


@given(PEAKS)
def test_those_kept_stand_apart_and_those_dropped_had_a_stronger_neighbour(peaks: list[Peak]) -> None:
    stay = kept(peaks)
    assert all(b.at - a.at >= DISTANCE for a, b in pairwise(stay))
    for peak in peaks:
        near = [other for other in peaks if other is not peak and abs(other.at - peak.at) < DISTANCE]
        assert peak in stay or any(other.strength >= peak.strength for other in near)
    if peaks:
        assert max(p.strength for p in stay) == max(p.strength for p in peaks)


def test_of_two_equals_the_first_stays() -> None:
    assert kept([Peak(0.0, 1.0), Peak(9.0, 1.0)]) == [Peak(0.0, 1.0)]


def test_exactly_the_distance_is_far_enough() -> None:
    assert len(kept([Peak(0.0, 1.0), Peak(10.0, 9.0)])) == 2
