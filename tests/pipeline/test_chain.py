"""The kinetic chain: every link present, read from the right measure, on the right side, or why it is not."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.result import Asymmetry, ChainLink, Confidence, Link, Measure, Status
from pipeline.walk.asymmetry import FIELD, AsymmetryParams, asymmetry
from pipeline.walk.chain import Evidence, chain
from sensor.samples import KNEES, THIGHS, Placement, Side

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def judged(metric: str, ratio_pct: float = 0.0, count: int = 60) -> Asymmetry:
    """An asymmetry of the given log ratio; none with no strides."""
    right = 0.6 * (1.0 + 1e-4 * np.linspace(-1.0, 1.0, count))
    return asymmetry(metric, right * np.exp(ratio_pct / 100.0), right, "needs sensors", AsymmetryParams())


def drop(value: float | None, n: int = 40, half_width: float = 0.5) -> Measure:
    if value is None:
        return Measure("drop_difference_deg", "deg", None, n=0, status=Status.NOT_ASSESSED, reason="needs hips")
    return Measure("drop_difference_deg", "deg", value, (value - half_width, value + half_width), n, (-2.0, 2.0))


def unknown(name: str) -> Measure:
    return Measure(name, "", None, status=Status.NOT_ASSESSED, reason="too short")


COURSE = (
    "speed_slope_pct_min",
    "recovery_speed_pct",
    "recovery_speed_sitting_pct",
    "recovery_speed_leaning_pct",
    "recovery_speed_standing_pct",
    "walked_to_rest_s",
    "walked_to_rest_m",
    "warm_up_speed_pct",
)


def links(
    found: dict[str, Asymmetry] | None = None,
    difference: Measure | None = None,
    speed: float | None = 1.3,
    course: tuple[Measure, ...] = (),
    phase: Measure | None = None,
    hips: Measure | None = None,
    placements: tuple[Placement, ...] = tuple(Placement),
) -> dict[Link, ChainLink]:
    pace = Measure("speed_m_s", "m/s", speed, None, 60, (1.1, 1.5)) if speed else unknown("speed_m_s")
    seen = Evidence(
        {metric: judged(metric) for metric in FIELD} | (found or {}),
        {"speed_m_s": pace},
        {"drop_difference_deg": difference or drop(0.0)},
        {name: unknown(name) for name in COURSE} | {measure.name: measure for measure in course},
        {"thorax_pelvis_phase_deg": phase or unknown("thorax_pelvis_phase_deg")},
        {"hip_flexion_difference_deg": hips or unknown("hip_flexion_difference_deg")},
    )
    return {link.link: link for link in chain(seen, placements)}


def measured(name: str, value: float, half_width: float = 1.0) -> Measure:
    return Measure(name, "%", value, (value - half_width, value + half_width), 60)


def test_every_link_is_there_in_order_and_speaks() -> None:
    found = links()
    assert list(found) == list(Link)
    for link in found.values():
        assert link.reason.endswith(".")
        assert (link.value is None) == (link.z is None) == (link.status is Status.NOT_ASSESSED) == (not link.evidence)


@pytest.mark.parametrize(
    ("link", "metric", "affected_when_left_is_smaller"),
    [(Link.KNEE, "stance_time", LEFT), (Link.STRIDE, "step_time", RIGHT), (Link.LOAD, "impact_peak", LEFT)],
)
class TestAsymmetricLinks:
    def test_the_side_is_the_affected_one(self, link: Link, metric: str, affected_when_left_is_smaller: Side) -> None:
        for sign, side in ((-1.0, affected_when_left_is_smaller), (1.0, affected_when_left_is_smaller.other)):
            found = links({metric: judged(metric, sign * 60.0)})[link]
            assert found.side is side
            assert side.value in found.reason

    def test_inside_the_band_there_is_no_side(
        self, link: Link, metric: str, affected_when_left_is_smaller: Side
    ) -> None:
        found = links({metric: judged(metric, 1.0)})[link]
        assert (found.side, found.status) == (None, Status.OBSERVED)

    def test_z_counts_the_band_as_95_per_cent(
        self, link: Link, metric: str, affected_when_left_is_smaller: Side
    ) -> None:
        measured = judged(metric, 3.0)
        assert links({metric: measured})[link].z == pytest.approx(1.96 * 3.0 / measured.band[1])

    def test_few_strides_are_no_firm_ground(self, link: Link, metric: str, affected_when_left_is_smaller: Side) -> None:
        enough, few = (links({metric: judged(metric, 1.0, n)})[link].confidence for n in (30, 29))
        assert enough is (Confidence.MODERATE if link is Link.LOAD else Confidence.HIGH)  # impacts depend on the strap
        assert few is Confidence.MODERATE
        unflagged = links({metric: judged(metric, 60.0, 10)})[link]
        assert unflagged.confidence is Confidence.LOW
        assert "Not flagged" in unflagged.reason

    def test_what_is_not_assessed_gives_its_reason(
        self, link: Link, metric: str, affected_when_left_is_smaller: Side
    ) -> None:
        found = links({metric: judged(metric, count=0)})[link]
        assert (found.status, found.side, found.reason) == (Status.NOT_ASSESSED, None, "needs sensors")


class TestPelvis:
    @pytest.mark.parametrize(("value", "side"), [(3.0, LEFT), (-3.0, RIGHT), (1.9, None), (-1.9, None)])
    def test_drops_while_the_named_leg_stands(self, value: float, side: Side | None) -> None:
        found = links(difference=drop(value))[Link.PELVIS]
        assert found.side is side
        assert found.z == pytest.approx(1.96 * value / 2.0)
        if side is not None:
            assert f"while the {side.value} leg stands" in found.reason

    def test_an_uncertain_difference_is_said_with_low_confidence(self) -> None:
        firm, unsure = (links(difference=drop(3.0, half_width=w))[Link.PELVIS] for w in (0.5, 2.0))
        assert firm.confidence is Confidence.MODERATE
        assert unsure.confidence is Confidence.LOW
        assert "Soft tissue" in unsure.reason

    def test_without_hips_it_says_why(self) -> None:
        assert links(difference=drop(None))[Link.PELVIS].reason == "needs hips"


class TestOtherCauses:
    def test_without_hip_angles_the_rotators_say_why(self) -> None:
        for placements, words in ((KNEES, "not seen"), (THIGHS, "drifts"), (tuple(Placement), "too short")):
            found = links(placements=placements)[Link.ROTATORS]
            assert found.status is Status.NOT_ASSESSED
            assert words in found.reason

    @pytest.mark.parametrize(("value", "side"), [(12.0, LEFT), (-12.0, RIGHT), (6.0, None), (-6.0, None)])
    def test_a_hip_that_bends_more_is_a_weak_sign_of_its_rotators(self, value: float, side: Side | None) -> None:
        found = links(hips=Measure("hip_flexion_difference_deg", "deg", value, None, 60, (-8.0, 8.0)))[Link.ROTATORS]
        assert (found.value, found.side, found.confidence) == (value, side, Confidence.LOW)
        assert found.z == pytest.approx(1.96 * value / 8.0)
        assert "is not measured" in found.reason
        assert ("piriformis" in found.reason) == (side is not None)

    @pytest.mark.parametrize(("phase_deg", "words"), [(40.0, "more together"), (100.0, "as usual"), (170.0, "against")])
    def test_the_lumbar_link_is_read_from_trunk_against_pelvis(self, phase_deg: float, words: str) -> None:
        phase = Measure(
            "thorax_pelvis_phase_deg", "deg", phase_deg, (phase_deg - 9.0, phase_deg + 9.0), 60, (60.0, 140.0)
        )
        found = links(phase=phase)[Link.LUMBAR]
        assert words in found.reason
        assert "not measured" in found.reason
        assert found.confidence is Confidence.LOW
        assert found.z == pytest.approx(1.96 * (phase_deg - 100.0) / 40.0)

    def test_without_a_trunk_sensor_or_a_speed_it_is_not_assessed(self) -> None:
        assert links()[Link.LUMBAR].status is Status.NOT_ASSESSED
        bandless = Measure("thorax_pelvis_phase_deg", "deg", 90.0, (80.0, 100.0), 60)
        assert links(phase=bandless)[Link.LUMBAR].status is Status.NOT_ASSESSED

    def test_slow_on_one_side_or_on_both_and_slow_to_start(self) -> None:
        uneven = links({"stance_time": judged("stance_time", -20.0)}, speed=0.7)[Link.SYSTEMIC]
        assert "One leg stands out" in uneven.reason
        assert uneven.evidence == ("gait.speed_m_s", "asymmetry.stance_time")
        blind = links({"stance_time": judged("stance_time", count=0)}, speed=0.7)[Link.SYSTEMIC]
        assert blind.evidence == ("gait.speed_m_s",)
        assert "stands out" not in blind.reason
        stiff = links(speed=0.7, course=(measured("warm_up_speed_pct", -6.0),))[Link.SYSTEMIC]
        assert "Neither leg stands out" in stiff.reason
        assert "start-up" in stiff.reason

    @pytest.mark.parametrize(("speed", "below"), [(0.7, True), (1.3, False), (1.6, False)])
    def test_slow_walking_is_a_weak_sign(self, speed: float, below: bool) -> None:
        found = links(speed=speed)[Link.SYSTEMIC]
        assert ("slower" in found.reason) == below
        assert found.confidence is Confidence.LOW
        assert found.z is not None
        assert (found.z < -1.96) == below

    def test_without_a_speed_nothing_is_said_of_it(self) -> None:
        assert links(speed=None)[Link.SYSTEMIC].status is Status.NOT_ASSESSED

    def test_claudication_needs_time(self) -> None:
        assert links()[Link.CLAUDICATION].status is Status.NOT_ASSESSED

    def test_a_walk_that_slows_and_recovers_after_a_seat_is_noticed(self) -> None:
        slowing, steady = measured("speed_slope_pct_min", -6.0), measured("speed_slope_pct_min", 0.1)
        seat, standing = (
            measured(f"recovery_speed_{k}_pct", v, 3.0) for k, v in (("sitting", 30.0), ("standing", 2.0))
        )
        bad, even = (links(course=(slope, seat, standing))[Link.CLAUDICATION] for slope in (slowing, steady))
        assert "after sitting more than after standing" in bad.reason
        assert "after sitting more" not in even.reason
        assert bad.z is not None
        assert even.z is not None
        assert abs(bad.z) > 1.96 > abs(even.z)
        assert bad.confidence is Confidence.MODERATE

    def test_a_rest_bent_forward_counts_as_a_seat_does_and_not_as_standing(self) -> None:
        slowing, bent = measured("speed_slope_pct_min", -6.0), measured("recovery_speed_leaning_pct", 25.0, 3.0)
        upright = measured("recovery_speed_standing_pct", 2.0, 3.0)
        found = links(course=(slowing, bent, upright))[Link.CLAUDICATION]
        assert "comes back after standing bent forward more than after standing upright" in found.reason
        assert found.confidence is Confidence.MODERATE
        assert "time_course.recovery_speed_leaning_pct" in found.evidence
        vascular = links(course=(slowing, measured("recovery_speed_standing_pct", 25.0, 3.0)))[Link.CLAUDICATION]
        assert "comes back" not in vascular.reason
        assert vascular.confidence is Confidence.LOW

    @pytest.mark.parametrize(
        ("rests", "words"),
        [
            ((), "No rest"),
            ((measured("recovery_speed_pct", 20.0),), "could not be told apart"),
            ((measured("recovery_speed_sitting_pct", 20.0),), "whether standing upright would do is not known"),
            ((measured("walked_to_rest_s", 240.0), measured("walked_to_rest_m", 210.0)), "after 4.0 min and 210 m"),
        ],
    )
    def test_what_was_not_seen_is_said(self, rests: tuple[Measure, ...], words: str) -> None:
        found = links(course=(measured("speed_slope_pct_min", -6.0), *rests))[Link.CLAUDICATION]
        assert words in found.reason
        assert {name.removeprefix("time_course.") for name in found.evidence} >= {rest.name for rest in rests}
