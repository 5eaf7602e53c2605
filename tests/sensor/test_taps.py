"""Taps: found on a sensor at rest; never found in walking, standing, handling and strapping on."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensor.acquisition.taps import NodeTap, TapParams, TapWatch, find_taps, tapped
from sensor.devices.samples import DeviceSamples
from sensor.samples import HIPS, KNEES, FloatArray, Side
from sensor.simulation import WalkSpec, simulate
from sensor.simulation.pathways import PATHWAYS

PARAMS = TapParams()
Motion = tuple[FloatArray, FloatArray, FloatArray]


def at_rest(duration_s: float = 4.0, rate_hz: float = 100.0, seed: int = 0) -> Motion:
    """A strapped sensor on somebody who stands: noise and sway."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0.0, duration_s, 1.0 / rate_hz)
    sway = 0.15 * np.sin(2 * np.pi * 0.4 * time_s + rng.uniform(0, 6))[:, None]
    acc = np.array([0.0, 0.0, 9.81]) + sway + rng.normal(0.0, 0.05, (len(time_s), 3))
    return time_s, acc, 0.1 * sway + rng.normal(0.0, 0.01, (len(time_s), 3))


def tap(motion: Motion, at_s: float, strength: FloatArray) -> Motion:
    """A finger: a half sine of 12 ms as the sensor's samples catch it, and a short wobble."""
    time_s, acc, gyr = motion[0], motion[1].copy(), motion[2].copy()
    rate_hz = 1.0 / (time_s[1] - time_s[0])
    since_s = time_s - at_s
    whole_s = 0.012 + 1.0 / rate_hz  # the sensor averages over a sample
    push = np.sin(np.pi * np.clip((since_s + 0.5 / rate_hz) / whole_s, 0.0, 1.0))
    acc += push[:, None] * strength
    wobble = np.where(since_s > 0.0, np.exp(-since_s / 0.03) * np.sin(2 * np.pi * 15.0 * since_s), 0.0)
    gyr[:, 0] += 0.8 * wobble
    return time_s, acc, gyr


@pytest.mark.parametrize("rate_hz", [100.0, 200.0])
@given(
    st.floats(0.6, 3.4),
    st.floats(14.0, 60.0),
    st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda v: np.linalg.norm(v) > 0.3),
)
def test_a_tap_on_a_sensor_at_rest_is_found_once(
    rate_hz: float, at_s: float, strength_m_s2: float, direction: tuple[float, float, float]
) -> None:
    push = strength_m_s2 * np.array(direction) / np.linalg.norm(direction)
    motion = tap(at_rest(rate_hz=rate_hz), at_s, push)
    [(index, strength)] = find_taps(*motion, PARAMS)
    assert motion[0][index] == pytest.approx(at_s, abs=0.02)
    assert 0.5 * strength_m_s2 < strength < 1.3 * strength_m_s2


def test_three_taps_are_three() -> None:
    motion = at_rest(6.0)
    for at_s in (1.5, 2.5, 4.0):
        motion = tap(motion, at_s, np.array([20.0, 0.0, 0.0]))
    assert [round(float(motion[0][at]), 1) for at, _ in find_taps(*motion, PARAMS)] == [1.5, 2.5, 4.0]


@pytest.mark.parametrize("pathway", list(PATHWAYS))
def test_walking_starting_turning_and_standing_are_no_taps(pathway: str) -> None:
    walk = simulate(WalkSpec(pathway, Side.LEFT, 0.7, 40.0, seed=3, placements=KNEES + HIPS))
    for placement in KNEES + HIPS:
        table = walk.table
        assert find_taps(table.time_s, table.acc_m_s2[placement], table.gyr_rad_s[placement], PARAMS) == []


@given(st.integers(0, 2**32 - 1))
def test_strapping_on_and_handling_are_no_taps(seed: int) -> None:
    """A hand that turns the sensor about, pulls a strap, knocks against it: jolts among turning."""
    rng = np.random.default_rng(seed)
    time_s, acc, gyr = at_rest(8.0, seed=seed)
    slow = np.interp(time_s, np.arange(0.0, 8.5, 0.25), rng.normal(0.0, 2.0, 34))
    acc, gyr = acc + slow[:, None], gyr + np.where(np.abs(slow) < 0.8, 0.8, slow)[:, None]
    for at in rng.integers(50, 750, 12):
        acc[at : at + 2] += rng.normal(0.0, 20.0, 3)
    assert find_taps(time_s, acc, gyr, PARAMS) == []


def test_a_step_into_another_place_and_a_lasting_shake_are_no_taps() -> None:
    time_s, acc, gyr = at_rest()
    gyr[200:260] += 2.0
    acc[200:260] += np.random.default_rng(1).normal(0.0, 8.0, (60, 3))
    assert find_taps(time_s, acc, gyr, PARAMS) == []
    time_s, acc, gyr = at_rest()
    acc[200:] = [0.0, 9.81, 0.0]  # turned over at once: another rest, but nobody can do it without turning
    gyr[198:202] += 8.0
    assert find_taps(time_s, acc, gyr, PARAMS) == []


def test_nothing_is_said_of_a_tap_whose_surroundings_are_missing() -> None:
    time_s, acc, gyr = tap(at_rest(), 2.0, np.array([20.0, 0.0, 0.0]))
    keep = (time_s < 1.7) | (time_s > 1.95)
    assert find_taps(time_s[keep], acc[keep], gyr[keep], PARAMS) == []
    acc[210] = np.nan
    assert len(find_taps(time_s, acc, gyr, PARAMS)) == 1  # within the jolt itself a hole does not matter
    acc[190] = np.nan
    assert find_taps(time_s, acc, gyr, PARAMS) == []


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
@example([1])
def test_any_chunking_gives_the_same_taps_and_each_once(cuts: list[int]) -> None:
    motion = at_rest(5.0)
    for at_s in (1.3, 2.6, 3.4):
        motion = tap(motion, at_s, np.array([0.0, 20.0, 0.0]))

    def told(sizes: list[int]) -> list[float]:
        watch, at, found = TapWatch(), 0, []
        for size in [*sizes, len(motion[0])]:
            part = slice(at, min(at + size, len(motion[0])))
            if part.start == part.stop:
                break
            block = DeviceSamples(
                np.arange(part.start, part.stop), motion[0][part] * 1e6, motion[1][part], motion[2][part], part.stop
            )
            found += [one.strength_m_s2 for one in watch.push(block)]
            at = part.stop
        return found

    whole = told([])
    assert len(whole) == 3
    assert told([cuts[k % len(cuts)] for k in range(500)]) == whole


def test_the_hardest_of_taps_that_come_together_is_the_one_that_was_meant() -> None:
    first = NodeTap("A", 10**9, 12.0), NodeTap("B", 10**9 + 1, 30.0), NodeTap("C", 10**9 + 2, 9.0)
    later = NodeTap("A", 3 * 10**9, 14.0)
    assert tapped([later, *first]) == (first[1], later)
    assert tapped([]) == ()
