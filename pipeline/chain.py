"""The kinetic chain: what each link of knee, stride, load, pelvis, rotators and lumbar spine shows, and the other
causes.

A link is a reading of measures that stand elsewhere, never a new measurement. z is in reference SDs: of an asymmetry,
its band's half width counts as 1.96. What these sensors cannot see says so (design notes 1.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.norms import DROP_DIFFERENCE_NORMAL_DEG, SPEED_SLOPE_NORMAL_PCT_MIN
from pipeline.result import Asymmetry, ChainLink, Confidence, Flag, Link, Measure, Status
from sensor.samples import THIGHS, Placement, Side

_FIRM_STRIDES = 30


def chain(
    asymmetry: Mapping[str, Asymmetry],
    gait: Mapping[str, Measure],
    pelvis: Mapping[str, Measure],
    course: Mapping[str, Measure],
    placements: Collection[Placement],
) -> tuple[ChainLink, ...]:
    """The eight links, in the order of :class:`~pipeline.result.Link`."""
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
            "Both feet land about equally hard ({value:+z.0f} %).",
            shorter_is_affected=True,
        ),
        _pelvis(pelvis["drop_difference_deg"]),
        _absent(
            Link.ROTATORS,
            "Hip rotation, which loads the deep external rotators, is not seen by sensors at knees and hips."
            if not set(THIGHS) <= set(placements)
            else "Hip rotation from thigh sensors drifts too much to be read as load on the deep rotators.",
        ),
        _absent(
            Link.LUMBAR,
            "Lumbar rotation (L4-S3) needs a trunk sensor, measured against the pelvis; it is not in this result.",
        ),
        _claudication(course["speed_slope_pct_min"], course["recovery_speed_pct"]),
        _systemic(gait["speed_m_s"]),
    )


def _absent(link: Link, reason: str) -> ChainLink:
    return ChainLink(link, Status.NOT_ASSESSED, None, "", None, None, Confidence.LOW, reason)


def _confidence(strides: int) -> Confidence:
    return Confidence.HIGH if strides >= _FIRM_STRIDES else Confidence.MODERATE


def _from_asymmetry(link: Link, found: Asymmetry, uneven: str, even: str, *, shorter_is_affected: bool) -> ChainLink:
    if found.effect is None:
        return _absent(link, found.reason)
    z = 1.96 * found.effect / found.band[1]
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
    return ChainLink(link, Status.OBSERVED, found.effect, "%", z, side if outside else None, confidence, text)


def _pelvis(difference: Measure) -> ChainLink:
    if difference.value is None or difference.ci95 is None:
        return _absent(Link.PELVIS, difference.reason)
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
    confidence = min_confidence(_confidence(difference.n), Confidence.MODERATE)
    return ChainLink(
        Link.PELVIS,
        Status.OBSERVED,
        value,
        "deg",
        1.96 * value / DROP_DIFFERENCE_NORMAL_DEG,
        side if outside else None,
        Confidence.LOW if outside and not firm else confidence,
        text,
    )


def min_confidence(first: Confidence, second: Confidence) -> Confidence:
    """The lower of two confidences."""
    order = list(Confidence)
    return order[min(order.index(first), order.index(second))]


def _claudication(slope: Measure, recovery: Measure) -> ChainLink:
    """Time course: worse with walking, better after a rest. Whether the person sat or stood is not known here."""
    if slope.value is None:
        return _absent(
            Link.CLAUDICATION,
            "Needs a walk-sit-walk protocol of six minutes or more, to see whether walking worsens and sitting helps.",
        )
    text = f"Walking speed changes by {slope.value:+z.1f} % per minute of walking"
    if recovery.value is None:
        text += "; no rest of half a minute's walk on either side was recorded."
    else:
        text += f", and by {recovery.value:+z.0f} % over the longest rest."
    return ChainLink(
        Link.CLAUDICATION,
        Status.OBSERVED,
        slope.value,
        "%/min",
        1.96 * slope.value / SPEED_SLOPE_NORMAL_PCT_MIN,
        None,
        Confidence.LOW,
        text,
    )


def _systemic(speed: Measure) -> ChainLink:
    if speed.value is None or speed.band is None:
        return _absent(Link.SYSTEMIC, speed.reason or "Walking speed is not known.")
    low, high = speed.band
    z = 1.96 * (speed.value - 0.5 * (low + high)) / (0.5 * (high - low))
    if speed.value < low:
        text = f"Walking is slower ({speed.value:.2f} m/s) than usual for age and sex; slow walking has many causes."
    elif speed.value > high:
        text = f"Walking is faster ({speed.value:.2f} m/s) than usual for age and sex."
    else:
        text = f"Walking speed ({speed.value:.2f} m/s) does not suggest a general limitation."
    return ChainLink(Link.SYSTEMIC, Status.OBSERVED, speed.value, "m/s", z, None, Confidence.LOW, text)
