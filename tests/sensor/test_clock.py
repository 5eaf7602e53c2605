"""Clock fits against clocks that are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import Radio
from sensor.clock import ClockFit, ClockParams, NodeClock, OneWay, TwoWay, lower_hull
from sensor.samples import FloatArray
from tests.sensor.air import EPOCH_NS, NODES, Air


def filled(air: Air, duration_s: float) -> NodeClock:
    clock = NodeClock(EPOCH_NS)
    for _, pair in air.pairs(duration_s):
        clock.add(pair)
    return clock


def stamps(air: Air, true_s: FloatArray) -> FloatArray:
    return np.array([air.crystal.device_us(t) for t in true_s])


def test_four_nodes_for_an_hour_stay_within_three_milliseconds_of_each_other() -> None:
    """Connection intervals of 15 to 50 ms, retransmissions, +-40 ppm with wander: the recording's final clocks."""
    true_s = np.arange(1.0, 3599.0, 0.5)
    errors, claims = [], []
    for air in NODES:
        track = filled(air, 3600.0).track()
        assert track is not None
        device_us = stamps(air, true_s)
        errors.append(track.session_s(device_us) - true_s)
        claims.append(np.interp(device_us, track.knots_us, track.uncertainty_s))
    for one, other in itertools.combinations(errors, 2):
        assert np.abs(one - other).max() <= 0.003
    for error, claim in zip(errors, claims, strict=True):
        assert (np.abs(error) <= claim + 1e-4).all()  # honest
        assert claim.max() < 0.004  # and not useless
        assert np.diff(error).max() < 1e-4


def test_live_clocks_settle_within_three_milliseconds_of_each_other() -> None:
    """The causal fit, judged on the 10 s that follow it: 5 ms after half a minute, 3 ms after two."""
    refresh_s = np.concatenate([np.arange(30.0, 300.0, 10.0), np.arange(300.0, 3570.0, 60.0)])
    errors = []
    for air in NODES:
        clock = NodeClock(EPOCH_NS)
        arrivals = iter(air.pairs(3600.0))
        found = []
        for now_s in refresh_s:
            for arrived_s, pair in arrivals:
                clock.add(pair)
                if arrived_s >= now_s:
                    break
            fit = clock.fit()
            assert fit is not None
            assert fit.two_way
            ahead_s = now_s + np.array([0.0, 5.0, 10.0])
            error = fit.session_s(stamps(air, ahead_s)) - ahead_s
            assert abs(error[0]) <= fit.uncertainty_s
            if now_s > 300.0:
                assert abs(fit.drift_ppm - air.crystal.drift_ppm) < 20.0
            found.append(error)
        errors.append(np.array(found))
    for one, other in itertools.combinations(errors, 2):
        apart = np.abs(one - other).max(axis=1)
        assert apart.max() <= 0.005
        assert apart[refresh_s >= 120.0].max() <= 0.003


@settings(max_examples=25)
@given(
    st.floats(-100, 100),
    st.sampled_from([0.0075, 0.015, 0.03, 0.05]),
    st.floats(0.0, 0.3),
    st.integers(0, 10_000),
    st.floats(30.0, 150.0),
)
def test_the_uncertainty_is_honest_whatever_the_link(
    ppm: float, interval_s: float, retransmit: float, seed: int, duration_s: float
) -> None:
    air = Air(Crystal(ppm), Radio(interval_s, retransmit, 0.002, 0.0, seed), seed)
    fit = filled(air, duration_s).fit()
    assert fit is not None
    inside_s = np.linspace(0.3, duration_s - 0.3, 20)
    error = fit.session_s(stamps(air, inside_s)) - inside_s
    assert np.abs(error).max() <= fit.uncertainty_s + 5e-5
    assert fit.uncertainty_s < 0.5 * interval_s + 0.01
    assert fit.residual_s > 0.0


def test_without_pings_the_envelope_is_used_and_says_that_it_is_one_sided() -> None:
    air = Air(Crystal(25.0), Radio(0.03, 0.05, 0.002, 0.0, 5), ping_every_s=0.0, packet_s=1 / 52)
    fit = filled(air, 600.0).fit()
    assert fit is not None
    assert not fit.two_way
    assert abs(fit.drift_ppm - 25.0) < 10.0
    at_s = np.linspace(500.0, 599.0, 10)
    error = fit.session_s(stamps(air, at_s)) - at_s
    assert 0.0 <= error.min() <= error.max() < 0.004
    assert error.max() < fit.uncertainty_s < 0.03
    track = filled(air, 600.0).track()
    assert track is not None
    assert np.abs(track.session_s(stamps(air, at_s)) - at_s).max() < 0.004


def test_a_perfect_link_gives_the_clock_exactly() -> None:
    clock = NodeClock(EPOCH_NS, ClockParams(slack_s=0.0))
    for k in range(60):
        ns, us = EPOCH_NS + k * 10**9, 500 + k * 1_000_020
        clock.add(TwoWay(ns, us, us, ns))
        clock.add(OneWay(us, ns))
    fit = clock.fit()
    assert fit is not None
    assert abs(fit.drift_ppm - 20.0) < 1e-3
    assert fit.uncertainty_s < 1e-8
    np.testing.assert_allclose(fit.session_s(np.array([500.0, 59 * 1_000_020 + 500.0])), [0.0, 59.0], atol=1e-8)


@pytest.mark.parametrize("jump_s", [0.2, -0.2])
def test_a_clock_that_jumps_inside_the_window_is_not_called_certain(jump_s: float) -> None:
    clock = NodeClock(EPOCH_NS)
    for k in range(100):
        ns = EPOCH_NS + k * 10**9
        us = k * 10**6 + (round(jump_s * 1e6) if k >= 50 else 0)
        clock.add(TwoWay(ns, us + 1000, us + 2000, ns + 3_000_000))
    fit = clock.fit()
    assert fit is not None
    error = fit.session_s(np.array([10e6, 90e6 + jump_s * 1e6])) - np.array([10.0, 90.0])
    assert np.abs(error).max() <= fit.uncertainty_s
    assert fit.uncertainty_s > 0.05


def test_nothing_is_claimed_before_there_is_anything() -> None:
    clock = NodeClock()
    assert clock.fit() is None
    assert clock.track() is None
    clock.add(OneWay(0, 0))
    assert clock.fit() is None
    assert clock.track() is None


def test_a_short_recording_has_a_track_too() -> None:
    air = Air(Crystal(30.0), Radio(0.03, 0.05, 0.002, 0.0, 9), 9, ping_every_s=0.3)
    track = filled(air, 5.0).track()
    assert track is not None
    at_s = np.linspace(0.0, 6.0, 20)
    error = track.session_s(stamps(air, at_s)) - at_s
    assert np.abs(error).max() < 0.02
    assert (np.diff(track.session_s(stamps(air, at_s))) > 0).all()


def test_raw_pairs_are_kept_as_they_came() -> None:
    clock = NodeClock()
    pairs: list[OneWay | TwoWay] = [OneWay(1, 2), TwoWay(3, 4, 5, 6), OneWay(0, 9)]
    for pair in pairs:
        clock.add(pair)
    assert (clock.one_way, clock.two_way) == ([pairs[0], pairs[2]], [pairs[1]])


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=30))
def test_no_point_lies_below_the_hull_and_its_corners_are_points(points: list[tuple[int, int]]) -> None:
    x, y = np.array(points, dtype=float).T
    hull_x, hull_y = lower_hull(x, y)
    assert (np.diff(hull_x) > 0).all()
    assert (np.diff(hull_y) / np.diff(hull_x) == np.sort(np.diff(hull_y) / np.diff(hull_x))).all()
    assert set(zip(hull_x, hull_y, strict=True)) <= set(zip(x, y, strict=True))
    assert (np.interp(x, hull_x, hull_y) <= y + 1e-9).all()


def test_drift_is_the_crystals_sign() -> None:
    assert ClockFit(0.0, 0.0, -40e-6, 0.0, 0.0, 0, 0).drift_ppm == pytest.approx(40.0, abs=0.01)
