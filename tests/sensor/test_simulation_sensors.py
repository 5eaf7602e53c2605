"""What the sensors feel against the motion they are worn on: the same walk told twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.samples import FloatArray, Placement, Side
from sensor.simulation import WalkSpec, simulate
from sensor.simulation.impact import SPAN_S, ringing, spike
from sensor.simulation.node import Grid, lost, sampled
from sensor.simulation.sites import SITES
from sensor.simulation.skeleton import Frame, Turn, carried, derivative, turned
from sensor.simulation.streams import stream

PELVIC = (Placement.HIP_LEFT, Placement.HIP_RIGHT, Placement.SACRUM)


def integrated(gyr_rad_s: FloatArray, step_s: float) -> FloatArray:
    """Rotation matrices (n, 3, 3), sensor to start, by the exact rotation of every step's mean rate."""
    turn = 0.5 * (gyr_rad_s[1:] + gyr_rad_s[:-1]) * step_s
    out = np.empty((len(gyr_rad_s), 3, 3))
    out[0] = np.eye(3)
    for i, v in enumerate(turn):
        angle = max(float(np.linalg.norm(v)), 1e-12)
        k = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]]) / angle
        out[i + 1] = out[i] @ (np.eye(3) + np.sin(angle) * k + (1.0 - np.cos(angle)) * k @ k)
    return out


def test_integrated_rates_are_the_true_angles() -> None:
    """Noise-free, axes aligned: the sacrum's gyroscope gives the pelvis, thigh and shank give the knee."""
    spec = WalkSpec("antalgic_knee", Side.RIGHT, 0.7, 20.0, 4, rate_hz=200.0, noise="none")
    of = simulate(spec)
    gyr, truth = of.table.gyr_rad_s, of.truth
    pelvis = integrated(gyr[Placement.SACRUM], 1.0 / 200.0)
    tilt = np.rad2deg(np.arcsin(-pelvis[:, 2, 0]))
    obliquity = np.rad2deg(np.arctan2(pelvis[:, 2, 1], pelvis[:, 2, 2]))
    rotation = np.rad2deg(np.arctan2(pelvis[:, 1, 0], pelvis[:, 0, 0]))
    for found, true in (
        (tilt, truth.tilt_deg),
        (obliquity, truth.obliquity_deg),
        (rotation, truth.rotation_deg),
    ):
        assert np.ptp(true) > 1.5
        assert found - found[0] == pytest.approx(true - true[0], abs=0.25)
    for side, knee_deg in ((Side.LEFT, truth.knee_flexion_left_deg), (Side.RIGHT, truth.knee_flexion_right_deg)):
        thigh = integrated(gyr[Placement(f"thigh_{side}")], 1.0 / 200.0)
        shank = integrated(gyr[Placement(f"knee_{side}")], 1.0 / 200.0)
        joint = np.swapaxes(thigh, 1, 2) @ shank
        found = np.rad2deg(np.arctan2(joint[:, 0, 2], joint[:, 0, 0]))
        assert found == pytest.approx(knee_deg, abs=0.4)


def test_one_rigid_pelvis_turns_all_its_sensors_alike() -> None:
    gyr = simulate(WalkSpec("abductor_weakness", severity=0.8, duration_s=20.0, noise="none")).table.gyr_rad_s
    for placement in PELVIC:
        np.testing.assert_allclose(gyr[placement], gyr[Placement.SACRUM], atol=1e-12)


def test_a_lever_arm_explains_the_difference_of_two_hip_sensors() -> None:
    """a_left - a_right = alpha x r + omega x (omega x r), with the knocks of the landings, which differ, left out."""
    of = simulate(WalkSpec(duration_s=20.0, seed=2, rate_hz=200.0, noise="none"))
    acc, gyr = of.table.acc_m_s2, of.table.gyr_rad_s[Placement.HIP_LEFT]
    arm = np.array(SITES[Placement.HIP_LEFT].offset_m) - np.array(SITES[Placement.HIP_RIGHT].offset_m)
    turning = derivative(gyr.T, 1.0 / 200.0).T
    expected = np.cross(turning, arm) + np.cross(gyr, np.cross(gyr, arm))
    found = acc[Placement.HIP_LEFT] - acc[Placement.HIP_RIGHT]
    quiet = np.ones(len(found), bool)
    for event in of.truth.events:
        quiet &= np.abs(of.table.time_s - event.time_s - 0.1) > 0.13
    assert quiet.sum() > 300
    assert np.abs(expected[quiet]).max() > 0.3
    assert found[quiet] == pytest.approx(expected[quiet], abs=0.12)


def test_acceleration_carries_the_pelvis_along_the_path() -> None:
    """Sacral acceleration, turned by the true angles and integrated, is the walk's speed, and nothing at its end."""
    of = simulate(WalkSpec(duration_s=14.0, seed=8, rate_hz=200.0, noise="none"))
    tilt, obliquity, rotation = np.deg2rad([of.truth.tilt_deg, of.truth.obliquity_deg, of.truth.rotation_deg])
    world = carried(of.table.acc_m_s2[Placement.SACRUM].T, (Turn(2, rotation), Turn(1, tilt), Turn(0, obliquity))).T
    velocity = np.cumsum(world - [0.0, 0.0, 9.81], axis=0) / 200.0
    middle = (of.table.time_s > of.truth.walk_start_s + 2.0) & (of.table.time_s < of.truth.walk_end_s - 1.5)
    gait = of.truth.numbers["gait"]
    assert isinstance(gait, dict)
    assert velocity[middle, 0].mean() == pytest.approx(gait["speed_m_s"], abs=0.1)
    assert np.abs(velocity[-1]).max() < 0.25


def test_landings_knock_more_below_the_knee_than_at_the_hip() -> None:
    of = simulate(WalkSpec(duration_s=20.0, seed=1, noise="none", speed_m_s=1.25))
    peaks = {}
    for placement in (Placement.KNEE_LEFT, Placement.SACRUM):
        norm = np.linalg.norm(of.table.acc_m_s2[placement], axis=1)
        landings = [e.time_s for e in of.truth.events if e.event == "IC" and e.side is Side.LEFT][2:-2]
        peaks[placement] = np.median(
            [norm[(of.table.time_s > t - 0.02) & (of.table.time_s < t + 0.08)].max() for t in landings]
        )
    assert 1.5 * 9.81 < peaks[Placement.KNEE_LEFT] < 5.5 * 9.81
    assert peaks[Placement.SACRUM] < 0.75 * peaks[Placement.KNEE_LEFT]


@pytest.mark.parametrize("name", ["typical", "any_mounting"])
def test_mounting_turns_the_axes_and_nothing_else(name: str) -> None:
    of = simulate(WalkSpec(duration_s=15.0, seed=6, noise=name))
    for placement in Placement:
        still = of.table.acc_m_s2[placement][of.table.time_s < 4.0]
        assert np.linalg.norm(still, axis=1).mean() == pytest.approx(
            9.81, abs=0.35
        )  # 10 mg bias and 0.5 % scale per axis
    upright = np.array([of.table.acc_m_s2[p][100] / 9.81 for p in Placement])
    if name == "typical":
        assert (upright[:, 0] > 0.85).all()  # strapped with x up, tilted by some degrees
    else:
        assert np.linalg.norm(upright.mean(axis=0)) < 0.9


def test_every_sensor_of_every_person_is_mounted_differently() -> None:
    gravity = [
        simulate(WalkSpec(duration_s=2.0, seed=seed)).table.acc_m_s2[placement][50]
        for seed in range(3)
        for placement in Placement
    ]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(gravity) for b in gravity[:i]]
    assert min(apart) > 0.01


def test_a_late_clock_shifts_one_node_in_time() -> None:
    plain = simulate(WalkSpec(duration_s=20.0, seed=7, noise="none"))
    late = simulate(WalkSpec(duration_s=20.0, seed=7, noise="none", clock_offset_sd_s=0.01))
    shifts = []
    for placement in (Placement.KNEE_LEFT, Placement.KNEE_RIGHT):
        before, after = (w.table.gyr_rad_s[placement][:, 1] for w in (plain, late))
        fit = np.gradient(before, 0.01)
        shifts.append(float((fit @ (after - before)) / (fit @ fit)))
        offset = 0.01 * stream(7, f"clock {placement}").standard_normal(2)[0]
        assert shifts[-1] == pytest.approx(offset, rel=0.1, abs=2e-4)
    assert shifts[0] != pytest.approx(shifts[1], abs=1e-3)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 128.0, 200.0])
def test_sampling_keeps_slow_waves_in_time_and_stops_fast_ones(rate_hz: float) -> None:
    grid = Grid(rate_hz, 400)
    shift = np.linspace(-0.004, 0.006, grid.count)  # wandering clock
    for hz, gain in ((2.0, 1.0), (0.15 * rate_hz, 1.0), (0.62 * rate_hz, 0.0), (0.9 * rate_hz, 0.0)):
        fine = np.sin(2 * np.pi * hz * grid.fine_s)[None]
        expected = gain * np.sin(2 * np.pi * hz * (grid.time_s + shift))
        assert sampled(fine, grid, shift)[0] == pytest.approx(expected, abs=0.03)


@given(st.floats(0.0, 0.9), st.integers(50, 5000), st.integers(0, 1000))
def test_loss_takes_the_share_it_is_asked_for(share: float, count: int, seed: int) -> None:
    assert lost(seed, "node", count, share).sum() == round(share * count)


@given(st.floats(6.0, 22.0), st.floats(0.015, 0.05))
def test_a_knock_pushes_and_takes_back(hz: float, tau_s: float) -> None:
    """Peak 1, nothing before it, no velocity left behind: strapdown integration of the recording stays honest."""
    since = np.arange(-0.1 * SPAN_S, 1.0, 1e-4)
    wave = ringing(since, np.array(hz), tau_s)
    assert 0.5 < wave.max() <= 1.05
    assert np.abs(wave[since < -0.02]).max() < 1e-3
    assert abs(wave.sum() * 1e-4) < 3e-4 * max(1.0, 1.0 / (hz * tau_s))
    assert abs(spike(since).sum() * 1e-4) < 1e-3


@given(st.integers(0, 2), st.floats(-3.0, 3.0))
def test_turning_a_frame_keeps_lengths_and_can_be_undone(axis: int, angle: float) -> None:
    vector = stream(1, "vector").standard_normal((3, 5))
    turn = Turn(axis, np.full(5, angle))
    there = turned(vector, turn)
    assert np.linalg.norm(there, axis=0) == pytest.approx(np.linalg.norm(vector, axis=0))
    assert carried(there, (turn,)) == pytest.approx(vector)


def test_a_spinning_frame_feels_the_centre() -> None:
    """2 rad/s about z at 0.5 m: 2 m/s^2 inwards; 3 rad/s^2 more: 1.5 m/s^2 along."""
    zero = np.zeros((3, 1))
    frame = Frame(np.array([[0.0], [0.0], [2.0]]), np.array([[0.0], [0.0], [3.0]]), zero)
    assert frame.at(np.array([0.5, 0.0, 0.0]))[:, 0] == pytest.approx([-2.0, 1.5, 0.0])


def test_the_derivative_is_good_to_the_highest_frequency_of_gait() -> None:
    time_s = np.arange(0.0, 2.0, 0.002)
    rate = derivative(np.sin(2 * np.pi * 15.0 * time_s), 0.002)
    assert rate[5:-5] == pytest.approx(2 * np.pi * 15.0 * np.cos(2 * np.pi * 15.0 * time_s[5:-5]), abs=0.01)
