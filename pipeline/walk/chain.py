"""The kinetic chain: what each link of knee, stride, load, pelvis, rotators and lumbar spine shows, and the other
causes.

A link is a reading of measures that stand elsewhere, never a new measurement. z is in reference SDs: of an asymmetry,
its band's half width counts as 1.96. What these sensors cannot see says so (design notes 1.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.norms import DROP_DIFFERENCE_NORMAL_DEG, HIP_FLEXION_DIFFERENCE_NORMAL_DEG, SLOW_START_PCT, band_z
from pipeline.result import Asymmetry, ChainLink, Confidence, Flag, Link, Measure, Status
from pipeline.walk.claudication import claudication
from sensor.samples import THIGHS, Placement, Side

_FIRM_STRIDES = 30


@dataclass(frozen=True, slots=True)
class Evidence:
    """The measures that links are read from."""

    asymmetry: Mapping[str, Asymmetry]
    gait: Mapping[str, Measure]
    pelvis: Mapping[str, Measure]
    course: Mapping[str, Measure]
    trunk: Mapping[str, Measure]
    joints: Mapping[str, Measure]


def chain(seen: Evidence, placements: Collection[Placement]) -> tuple[ChainLink, ...]:
    """The eight links, in the order of :class:`~pipeline.result.Link`."""
    asymmetry = seen.asymmetry
    return (
        _from_asymmetry(
            Link.KNEE,
            asymmetry["stance_time"],
            "The {side} leg is borne on for a shorter time ({value:+z.1f} % left against right).",
            "Both legs are borne on for equally long ({value:+z.1f} %).",
            shorter_is_affected=True,
        ),
        _from_asymmetry(
            Link.STRIDE,
            asymmetry["step_time"],
            "The step onto the {side} foot takes longer ({value:+z.1f} % left against right).",
            "Steps onto both feet take equally long ({value:+z.1f} %).",
            shorter_is_affected=False,
        ),
        _from_asymmetry(
            Link.LOAD,
            asymmetry["impact_peak"],
            "The {side} foot lands more softly ({value:+z.0f} % left against right).",
            "The feet land no more differently than is usual ({value:+z.0f} %).",
            shorter_is_affected=True,
        ),
        _pelvis(seen.pelvis["drop_difference_deg"]),
        _rotators(seen.joints["hip_flexion_difference_deg"], placements),
        _lumbar(seen.trunk["thorax_pelvis_phase_deg"]),
        claudication(seen.course),
        _systemic(seen),
    )


def _confidence(strides: int) -> Confidence:
    return Confidence.HIGH if strides >= _FIRM_STRIDES else Confidence.MODERATE


def _from_asymmetry(link: Link, found: Asymmetry, uneven: str, even: str, *, shorter_is_affected: bool) -> ChainLink:
    if found.effect is None:
        return ChainLink.absent(link, found.reason)
    z = band_z(found.effect, found.band)
    outside = abs(found.effect) > found.band[1]
    smaller = Side.LEFT if found.effect < 0 else Side.RIGHT
    side = smaller if shorter_is_affected else smaller.other
    text = (uneven if outside else even).format(side=side.value, value=found.effect)
    confidence = _confidence(min(found.n_left, found.n_right))
    if link is Link.LOAD and confidence is Confidence.HIGH:
        confidence = Confidence.MODERATE  # impacts are noisy and depend on the strap
    if outside and found.flag is Flag.NONE:
        confidence = Confidence.LOW
        text += f" Not flagged: {found.reason}."
    evidence = (f"asymmetry.{found.metric}",)
    return ChainLink(link, Status.OBSERVED, found.effect, "%", z, side if outside else None, confidence, text, evidence)


def _pelvis(difference: Measure) -> ChainLink:
    if difference.value is None or difference.ci95 is None:
        return ChainLink.absent(Link.PELVIS, difference.reason)
    value, (low, high) = difference.value, difference.ci95
    side = Side.LEFT if value > 0 else Side.RIGHT
    outside = abs(value) > DROP_DIFFERENCE_NORMAL_DEG
    firm = outside and (low if value > 0 else -high) > DROP_DIFFERENCE_NORMAL_DEG
    text = (
        f"The pelvis drops {abs(value):.1f} deg more while the {side.value} leg stands."
        if outside
        else f"The pelvis drops about equally on both sides (difference {value:+z.1f} deg)."
    )
    if outside and not firm:
        text += " Soft tissue under the sensors alone may do as much."
    return ChainLink(
        Link.PELVIS,
        Status.OBSERVED,
        value,
        "deg",
        band_z(value, (-DROP_DIFFERENCE_NORMAL_DEG, DROP_DIFFERENCE_NORMAL_DEG)),
        side if outside else None,
        Confidence.LOW if outside and not firm else Confidence.MODERATE,
        text,
        ("pelvis.drop_difference_deg",),
    )


def _rotators(difference: Measure, placements: Collection[Placement]) -> ChainLink:
    """A surrogate: hips with a piriformis syndrome bent 7.2 deg more (Ismail 2020, abstract read). No rotation."""
    if difference.value is None:
        if not set(THIGHS) <= set(placements):
            unseen = "Hip rotation, which loads the deep external rotators, is not seen by sensors at knees and hips."
            return ChainLink.absent(Link.ROTATORS, unseen)
        drifts = "Hip rotation from thigh sensors drifts too much to be read as load on the deep rotators"
        return ChainLink.absent(Link.ROTATORS, f"{drifts}, and how far the hips bend: {difference.reason}.")
    value, limit = difference.value, HIP_FLEXION_DIFFERENCE_NORMAL_DEG
    side = Side.LEFT if value > 0 else Side.RIGHT
    outside = abs(value) > limit
    text = (
        f"The {side.value} hip bends {abs(value):.0f} deg more than the other, as was found with a piriformis syndrome."
        if outside
        else f"Both hips bend about equally (difference {value:+z.0f} deg)."
    )
    return ChainLink(
        Link.ROTATORS,
        Status.OBSERVED,
        value,
        "deg",
        band_z(value, (-limit, limit)),
        side if outside else None,
        Confidence.LOW,
        f"{text} Hip rotation, which loads the deep rotators, is not measured.",
        ("joints.hip_flexion_difference_deg",),
    )


def _lumbar(phase: Measure) -> ChainLink:
    """How trunk and pelvis turn against each other; what that does to L4-S3 is not measured."""
    if phase.value is None:
        return ChainLink.absent(
            Link.LUMBAR,
            f"Lumbar rotation (L4-S3) is read from how the trunk turns against the pelvis: {phase.reason}.",
        )
    if phase.band is None:
        return ChainLink.absent(
            Link.LUMBAR, "How trunk and pelvis turn against each other needs the walking speed as reference."
        )
    low, high = phase.band
    z = band_z(phase.value, phase.band)
    text = f"Trunk and pelvis turn {phase.value:.0f} deg out of step"
    if phase.value < low:
        text += ", more together than usual at this speed, as a stiff or guarded back does."
    elif phase.value > high:
        text += ", more against each other than usual at this speed."
    else:
        text += ", as usual at this speed."
    text += " What this loads at L4-S3 is not measured."
    return ChainLink(
        Link.LUMBAR,
        Status.OBSERVED,
        phase.value,
        "deg",
        z,
        None,
        Confidence.LOW,
        text,
        ("trunk.thorax_pelvis_phase_deg",),
    )


def _systemic(seen: Evidence) -> ChainLink:
    """Slow on both sides alike is what a general limitation and arthritis of both legs have in common."""
    speed, stance = seen.gait["speed_m_s"], seen.asymmetry["stance_time"]
    if speed.value is None or speed.band is None:
        return ChainLink.absent(Link.SYSTEMIC, speed.reason or "Walking speed is not known.")
    low, high = speed.band
    z = band_z(speed.value, speed.band)
    if speed.value < low:
        text = f"Walking is slower ({speed.value:.2f} m/s) than usual for age and sex; slow walking has many causes."
        if stance.effect is not None:
            text += " One leg stands out." if stance.flag is not Flag.NONE else " Neither leg stands out."
    elif speed.value > high:
        text = f"Walking is faster ({speed.value:.2f} m/s) than usual for age and sex."
    else:
        text = f"Walking speed ({speed.value:.2f} m/s) does not suggest a general limitation."
    evidence = ["gait.speed_m_s"] + (["asymmetry.stance_time"] if stance.effect is not None else [])
    start = seen.course["warm_up_speed_pct"]
    if start.ci95 is not None and start.value is not None and start.ci95[1] < -SLOW_START_PCT:
        text += f" The first minute is {-start.value:.0f} % slower than what follows, as in start-up stiffness."
        evidence.append("time_course.warm_up_speed_pct")
    return ChainLink(Link.SYSTEMIC, Status.OBSERVED, speed.value, "m/s", z, None, Confidence.LOW, text, tuple(evidence))
