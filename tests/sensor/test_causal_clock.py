"""The clock while recording: causal, rising, never jumping, and near the truth."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.crystal import Crystal
from firmware_protocol.faults import Radio
from sensor.acquisition.causal_clock import CausalClock
from sensor.clock import NodeClock, OneWay, TwoWay
from tests.sensor.air import EPOCH_NS, NODES, Air

pairs = st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(0.0, 0.2), st.booleans()), min_size=3, max_size=60)


@given(pairs, st.floats(-100.0, 100.0))
def test_causal_times_always_rise_evenly(arrivals: list[tuple[float, float, bool]], drift_ppm: float) -> None:
    """Whatever the delays, and however often it is fitted anew: no step back, no step much longer than a period."""
    clock, true_s, newest = CausalClock(NodeClock()), 100.0, None
    for step_s, delay_s, ping in arrivals:
        true_s += step_s
        device_us = round(true_s * (1e6 + drift_ppm))
        arrived_ns = round((true_s + delay_s) * 1e9)
        clock.add(
            TwoWay(round((true_s - delay_s) * 1e9), device_us, device_us, arrived_ns)
            if ping
            else OneWay(device_us, arrived_ns)
        )
        if clock.fit is None:
            continue
        device = np.arange(device_us - 90_000, device_us + 1, 10_000, dtype=np.float64)
        device = device if newest is None else device[device > newest[0]]
        if not len(device):
            continue
        given_s = clock.session_s(device)
        steps = np.diff(given_s)
        assert ((steps > 0.0097) & (steps < 0.0103)).all()
        if newest is not None:
            assert given_s[0] - newest[1] == pytest.approx((device[0] - newest[0]) * 1e-6, rel=0.025)
        newest = (float(device[-1]), float(given_s[-1]))


def test_without_a_fit_there_is_no_time() -> None:
    with pytest.raises(ValueError, match="no fit"):
        CausalClock(NodeClock()).session_s(np.array([1.0]))


def test_live_times_keep_their_order_and_settle_within_three_milliseconds() -> None:
    errors = []
    for air in NODES:
        live, given, truth = CausalClock(NodeClock(EPOCH_NS)), [], []
        for _, pair in air.pairs(300.0):
            live.add(pair)
            if isinstance(pair, OneWay):
                device_us = np.array(
                    [pair.device_us + 10_000.0 * k for k in range(-12, 1)]
                )  # the batch that ended with this stamp
                if live.fit is not None:
                    given.append(live.session_s(device_us))
                    truth.append(np.array([air.crystal.since_boot_s(us) for us in device_us]))
        session, true_s = np.concatenate(given), np.concatenate(truth)
        assert (np.diff(session) > 0.008).all()
        assert true_s[0] < 5.0
        error = session - true_s
        assert np.abs(error).max() < 0.02
        errors.append(np.interp(np.arange(120.0, 298.0), true_s, error))
    for one, other in itertools.combinations(errors, 2):
        assert np.abs(one - other).max() <= 0.003


def test_a_device_that_cannot_be_pinged_gets_times_too() -> None:
    """From the fastest of its frames: a constant delay stays unseen, the rest settles."""
    air = Air(Crystal(25.0), Radio(0.03, 0.05, 0.002, 0.0, 5), ping_every_s=0.0)
    live, errors = CausalClock(NodeClock(EPOCH_NS)), []
    for true_s, pair in air.pairs(120.0):
        live.add(pair)
        assert isinstance(pair, OneWay)
        if live.fit is not None and true_s > 30.0:
            at = np.array([float(pair.device_us)])
            errors.append(float(live.session_s(at)[0]) - air.crystal.since_boot_s(pair.device_us))
    assert live.fit is not None
    assert not live.fit.two_way
    assert 0.0 < np.median(errors) < 0.01
    assert np.ptp(errors) < 0.005
