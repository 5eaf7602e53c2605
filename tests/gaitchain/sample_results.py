"""Session results for the tests of the faces: made up, plausible and consistent in themselves, but nobody's walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gaitchain.outputs import summary
from models.risk import Contribution, Level, Risk
from pipeline.result import (
    Asymmetry,
    ChainLink,
    Confidence,
    Curve,
    Event,
    EventKind,
    Flag,
    KneeSeries,
    Link,
    Measure,
    PelvisSeries,
    Quality,
    Recording,
    SessionResult,
    Status,
    Stride,
    Verdict,
)
from sensor.person import Person
from sensor.samples import FloatArray, Placement, Side

NAN = float("nan")
FOUR = (Placement.KNEE_LEFT, Placement.KNEE_RIGHT, Placement.HIP_LEFT, Placement.HIP_RIGHT)
SIX = (*FOUR, Placement.THIGH_LEFT, Placement.THIGH_RIGHT)

# metric: unit, stride field, lower and upper end of the normal band, end of borderline
METRICS: Mapping[str, tuple[str, str, float, float]] = {
    "stance_time": ("s", "stance_time_s", 4.0, 7.0),
    "swing_time": ("s", "swing_time_s", 6.0, 10.0),
    "step_time": ("s", "step_time_s", 6.0, 10.0),
    "single_support": ("s", "single_support_s", 6.0, 10.0),
    "knee_swing_velocity": ("rad/s", "knee_swing_velocity_rad_s", 10.0, 18.0),
    "impact_peak": ("m/s^2", "impact_peak_m_s2", 25.0, 40.0),
    "stride_length": ("m", "stride_length_m", 8.0, 12.0),
    "knee_flexion_loading": ("deg", "knee_flexion_loading_deg", 2.0, 3.0),
    "knee_flexion_swing": ("deg", "knee_flexion_swing_deg", 2.0, 3.0),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What the faces are given."""

    result: SessionResult
    risk: Risk
    person: Person

    @property
    def document(self) -> dict[str, Any]:
        """The summary that the faces print."""
        return summary(self.result, self.risk, self.person)


def clear_asymmetry(placements: tuple[Placement, ...] = FOUR) -> Sample:
    """A painful left knee: short stance and slow swing on the left, the pelvis drops in right swing."""
    return Sample(_walk(0.8, placements), _strained(), Person("KN-017", 58, "female", 1.68, painful_side=Side.LEFT))


def healthy() -> Sample:
    """An even walk with thigh sensors, everything within its band."""
    return Sample(_walk(0.0, SIX), _even(), Person("C-204", 41, "male", 1.81, 78.0, 0.95))


def one_knee() -> Sample:
    """A single sensor below the left knee: hardly anything can be compared."""
    whole = _walk(0.0, FOUR)
    need = "It needs sensors at the left knee and the right knee."
    pelvis_need = "It needs sensors at the left hip and the right hip, or the sacrum."
    left = tuple(replace(s, drop_deg=NAN, obliquity_rom_deg=NAN) for s in whole.strides if s.side is Side.LEFT)
    nothing = np.empty(0)
    curve = whole.curves["knee_angular_velocity"]
    result = replace(
        whole,
        recording=replace(whole.recording, placements=(Placement.KNEE_LEFT,), missing_pct={Placement.KNEE_LEFT: 0.2}),
        quality=Quality(Verdict.ATTENTION, ("Only one placement was recorded: left and right cannot be compared.",)),
        events=tuple(e for e in whole.events if e.side is Side.LEFT),
        strides=left,
        gait={name: m for name, m in whole.gait.items() if name != "double_support_pct"},
        asymmetry={name: _no_asymmetry(a, need, len(left)) for name, a in whole.asymmetry.items()},
        pelvis={},
        chain=tuple(
            ChainLink(link, Status.NOT_ASSESSED, None, "", None, None, Confidence.LOW, reason)
            for link, reason in zip(
                Link, (need,) * 3 + (pelvis_need,) * 3 + ("The walk was too short.",) * 2, strict=True
            )
        ),
        curves={curve.name: replace(curve, right_mean=None, right_sd=None, n_right=0, right_fc_pct=None)},
        pelvis_series=PelvisSeries(nothing, nothing, nothing, nothing),
        knee_series=None,
    )
    return Sample(result, abstained_risk("Both knee sensors are needed for a score."), Person())


def abstained() -> Sample:
    """A short but clean walk: the model does not give a score."""
    result = _walk(0.8, FOUR, 20)
    quality = Quality(Verdict.ATTENTION, ("Only 18 strides of each side are valid; 30 or more are wanted.",))
    reason = "Only 18 strides of each side are valid; 30 are needed for a score."
    return Sample(replace(result, quality=quality), abstained_risk(reason), clear_asymmetry().person)


def invalid() -> Sample:
    """Nobody walks: no events, no strides, every number not assessed."""
    whole = one_knee()
    reason = "No walking was found in this recording."
    nothing = np.empty(0)
    result = replace(
        whole.result,
        recording=replace(whole.result.recording, placements=FOUR, missing_pct=dict.fromkeys(FOUR, 0.0)),
        quality=Quality(Verdict.INVALID, (f"{reason} Walk at least 10 strides per side and record again.",)),
        events=(),
        strides=(),
        gait={name: _no_measure(m, reason) for name, m in whole.result.gait.items()},
        asymmetry={name: _no_asymmetry(a, reason, 0) for name, a in whole.result.asymmetry.items()},
        chain=tuple(replace(link, reason=reason) for link in whole.result.chain),
        curves={},
        pelvis_series=PelvisSeries(nothing, nothing, nothing, nothing),
    )
    return Sample(result, abstained_risk("The recording is invalid."), Person("KN-018"))


def red_flags() -> Sample:
    """The clear asymmetry of a person who reports warning signs."""
    whole = clear_asymmetry()
    flags = ("bladder disturbance since last week", "numbness in the saddle area")
    return replace(whole, person=replace(whole.person, red_flags=flags, walking_aid="cane right"))


def long_reasons() -> Sample:
    """Every sentence is long, and user text tries to be HTML."""
    whole = clear_asymmetry()
    long = (
        "The hip_left sensor lost 14.2 % of its samples between 31.2 s and 48.9 s <after a fall & a reconnect>, so the "
        "strides that these gaps touch are withheld from the pelvis and the interval of its numbers is wider."
    )
    result = replace(
        whole.result,
        recording=replace(
            whole.result.recording,
            name="2026-03-02_clinic-with-a-very-long-recording-name_walk-sit-walk_take-03_repeat",
            assumptions=("Leg length was taken as 0.53 of the height of 1.68 m.", long),
            notices=("Column <b>foot_left_acc_x</b> is not a placement and was ignored.", long),
        ),
        quality=Quality(Verdict.ATTENTION, (long, long.replace("left", "right"))),
        chain=tuple(replace(link, reason=long) for link in whole.result.chain),
    )
    person = replace(whole.person, code='<script>alert("x")</script>', walking_aid='<img src="http://x.example/a.png">')
    return Sample(result, replace(whole.risk, reasons=(long,)), person)


SAMPLES: Mapping[str, Callable[[], Sample]] = {
    "clear_asymmetry": clear_asymmetry,
    "healthy": healthy,
    "one_knee": one_knee,
    "abstained": abstained,
    "invalid": invalid,
    "red_flags": red_flags,
    "long_reasons": long_reasons,
}


def abstained_risk(reason: str) -> Risk:
    """A model that gives no score."""
    return Risk.silent((reason,), "sample-1", in_silico=True)


def _strained() -> Risk:
    contributions = (
        Contribution("stance_time_log_ratio_pct", "shorter stance on the left", -8.4, "%", 0.74),
        Contribution("drop_difference_deg", "more pelvic drop in left stance", 2.9, "deg", 0.51),
        Contribution("speed_m_s", "slower walking", 1.04, "m/s", 0.22),
        Contribution("stride_time_cv_pct", "variability of stride time", 2.1, "%", 0.08),
        Contribution("impact_peak_log_ratio_pct", "softer landing on the left", -19.0, "%", -0.06),
        Contribution("rotation_rom_deg", "range of pelvic rotation", 9.8, "deg", -0.19),
        Contribution("knee_flexion_loading", "knee flexion while loading, not measured", None, "deg", 0.0),
    )
    pathways = {
        "healthy": 0.04,
        "healthy_slow": 0.06,
        "benign_asymmetry": 0.11,
        "antalgic_knee": 0.46,
        "abductor_weakness": 0.19,
        "leg_length": 0.07,
        "piriformis": 0.02,
        "lumbar": 0.03,
        "claudication": 0.01,
        "bilateral_arthritis": 0.01,
    }
    likely = ("antalgic_knee", "abductor_weakness", "benign_asymmetry", "leg_length", "healthy_slow", "healthy")
    return Risk(
        0.62, Level.MODERATE, (0.41, 0.78), pathways, likely, False,
        ("The hip's rotation is not measured: the interval is wider.",), contributions, -0.81, "sample-1",
    )  # fmt: skip


def _even() -> Risk:
    pathways = {"healthy": 0.81, "healthy_slow": 0.09, "benign_asymmetry": 0.1}
    contributions = (
        Contribution("stance_time_log_ratio_pct", "even stance", 0.4, "%", -0.6),
        Contribution("speed_m_s", "usual speed", 1.3, "m/s", -0.4),
    )
    return Risk(0.08, Level.LOW, (0.02, 0.19), pathways, ("healthy",), False, (), contributions, -1.44, "sample-1")


def _walk(severity: float, placements: tuple[Placement, ...], count: int = 48) -> SessionResult:
    rng = np.random.default_rng(7)
    strides = tuple(sorted((s for side in Side for s in _strides(side, severity, count, rng)), key=lambda s: s.ic_s))
    with_thighs = Placement.THIGH_LEFT in placements
    asymmetry = {name: _asymmetry(name, strides, with_thighs) for name in METRICS}
    time_s = np.arange(0, 120, 0.01)
    gait_phase = 2 * np.pi * time_s / 1.1
    standing = time_s < 5
    tilt = np.where(standing, 0.0, 3 + 1.6 * np.sin(2 * gait_phase))
    obliquity = np.where(standing, 0.0, 4 * np.sin(gait_phase) - severity)
    rotation = np.where(standing, 0.0, 5 * np.cos(gait_phase))
    tilt[6000:6100] = obliquity[6000:6100] = rotation[6000:6100] = np.nan
    knee = np.where(standing, 0.0, 28 - 28 * np.cos(gait_phase))
    return SessionResult(
        recording=Recording(
            "walk-2min", placements, 100.0, 120.0, dict.fromkeys(placements, 0.3), 1.68, 0.89,
            ("Leg length was taken as 0.53 of the height of 1.68 m.",), (),
        ),
        quality=Quality(Verdict.VALID, ()),
        events=(
            *(Event(s.ic_s, s.side, EventKind.IC, 0.97) for s in strides),
            *(Event(s.fc_s, s.side, EventKind.FC, 0.9, "near_gap") for s in strides),
        ),
        strides=strides,
        gait=_gait(strides, severity),
        asymmetry=asymmetry,
        pelvis=_pelvis(severity),
        chain=_chain(severity, asymmetry),
        curves=_curves(severity, with_thighs),
        pelvis_series=PelvisSeries(time_s, tilt, obliquity, rotation),
        knee_series=KneeSeries(time_s, knee, knee[::-1]) if with_thighs else None,
        provenance={"gaitchain": "0.0.0", "events": {"refine_s": 0.06}, "bands": ("sample", 1)},
    )  # fmt: skip


def _strides(side: Side, severity: float, count: int, rng: np.random.Generator) -> list[Stride]:
    sign = -1.0 if side is Side.LEFT else 1.0  # left is the painful side
    start = 6.0 if side is Side.LEFT else 6.55
    made = []
    for number in range(count):
        jitter = rng.normal(0, 0.008, 4)
        stride_s = 1.1 + 0.08 * severity
        stance = stride_s * (0.622 + sign * 0.035 * severity) + jitter[0]
        swing = stride_s - stance
        ic = start + number * stride_s + jitter[1]
        turn = number in (count // 2 - 1, count // 2)
        made.append(
            Stride(
                side=side, ic_s=ic, fc_s=ic + stance, next_ic_s=ic + stride_s, stance_time_s=stance,
                swing_time_s=swing, step_time_s=stride_s * (0.5 - sign * 0.022 * severity) + jitter[2],
                single_support_s=stride_s * (0.378 + sign * 0.035 * severity) + jitter[3],
                double_support_s=stride_s * 0.244, stride_length_m=1.35 - 0.2 * severity + jitter[2] / 2,
                knee_swing_velocity_rad_s=6.0 + sign * 0.5 * severity + 10 * jitter[3],
                impact_peak_m_s2=16 + sign * 3 * severity + 60 * jitter[0],
                knee_flexion_loading_deg=15 + sign * 3 * severity + 40 * jitter[1],
                knee_flexion_swing_deg=60 + sign * 3 * severity + 40 * jitter[2],
                obliquity_rom_deg=8.0, tilt_rom_deg=3.2, rotation_rom_deg=10.0 if not turn else NAN,
                drop_deg=4.2 - sign * 2.4 * severity, straight=not turn, valid=not turn,
                reason="turn" if turn else "",
            )
        )  # fmt: skip
    return made


def _gait(strides: tuple[Stride, ...], severity: float) -> dict[str, Measure]:
    n = sum(s.valid for s in strides)
    speed = 1.24 - 0.3 * severity
    rows = (
        Measure("speed_m_s", "m/s", speed, (speed - 0.05, speed + 0.05), n, (1.08, 1.46)),
        Measure("cadence_spm", "steps/min", 109.1 - 9 * severity, (107.0 - 9 * severity, 111.0), n, (98.0, 120.0)),
        Measure("stride_time_s", "s", 1.1 + 0.08 * severity, (1.09, 1.17), n, (1.0, 1.22)),
        Measure("stride_time_cv_pct", "%", 1.6 + 1.2 * severity, (1.2, 3.1), n, (0.8, 2.6)),
        Measure("double_support_pct", "%", 24.4 + 6 * severity, (23.6, 29.0), n, (20.0, 27.0)),
        Measure("walking_time_s", "s", 104.0, None, n, None),
    )
    return {measure.name: measure for measure in rows}


def _pelvis(severity: float) -> dict[str, Measure]:
    left, right = 4.2 + 2.4 * severity, 4.2 - 2.4 * severity
    rows = (
        Measure("obliquity_rom_deg", "deg", 8.0, (7.6, 8.4), 92, (5.0, 11.0)),
        Measure("tilt_rom_deg", "deg", 3.2, (3.0, 3.4), 92, (2.0, 5.0)),
        Measure(
            "rotation_rom_deg", "deg", 10.0, (6.3, 13.7), 92, (6.0, 14.0), instrument_sd=1.9, confidence=Confidence.LOW
        ),
        Measure("drop_left_deg", "deg", left, (left - 0.5, left + 0.5), 46, (1.5, 6.5)),
        Measure("drop_right_deg", "deg", right, (right - 0.5, right + 0.5), 46, (1.5, 6.5)),
        Measure("drop_difference_deg", "deg", left - right, (left - right - 0.7, left - right + 0.7), 46, (-2.0, 2.0)),
    )
    return {measure.name: measure for measure in rows}


def _asymmetry(metric: str, strides: tuple[Stride, ...], with_thighs: bool) -> Asymmetry:
    unit, field, limit, clear = METRICS[metric]
    left, right = (
        np.array([getattr(s, field) for s in strides if s.side is side and s.valid]) for side in (Side.LEFT, Side.RIGHT)
    )
    is_angle = metric.startswith("knee_flexion")
    middle_left, middle_right = float(np.median(left)), float(np.median(right))
    if is_angle and not with_thighs:
        reason = "It needs sensors at the left knee, the left thigh, the right knee and the right thigh."
        return Asymmetry(
            metric, unit, None, None, 0, 0, True, None, None, (-limit, limit), Flag.NONE, Status.NOT_ASSESSED, reason
        )
    effect = (middle_left - middle_right) / 2.5 if is_angle else 100 * float(np.log(middle_left / middle_right))
    size = max(abs(effect) - 0.6, 0.0)
    flag = Flag.NONE if size <= limit else Flag.BORDERLINE if size <= clear else Flag.CLEAR
    few = flag is not Flag.NONE and len(left) < 30
    interval = (effect - 0.9 - limit / 20, effect + 0.9 + limit / 20)
    return Asymmetry(
        metric, unit, middle_left, middle_right, len(left), len(right), is_angle, effect, interval, (-limit, limit),
        Flag.NONE if few else flag, Status.OBSERVED,
        "outside the band, but 18 strides a side are too few to flag (30)" if few else "",
    )  # fmt: skip


def _no_asymmetry(asymmetry: Asymmetry, reason: str, n_left: int) -> Asymmetry:
    left = asymmetry.left if n_left else None
    return replace(
        asymmetry, left=left, right=None, n_left=n_left, n_right=0, effect=None, ci95=None, flag=Flag.NONE,
        status=Status.NOT_ASSESSED, reason=reason,
    )  # fmt: skip


def _no_measure(measure: Measure, reason: str) -> Measure:
    return replace(measure, value=None, ci95=None, n=0, status=Status.NOT_ASSESSED, reason=reason)


def _chain(severity: float, asymmetry: Mapping[str, Asymmetry]) -> tuple[ChainLink, ...]:
    side = Side.LEFT if severity else None
    swing, stance = asymmetry["knee_swing_velocity"].effect, asymmetry["stance_time"].effect
    seen, blind = Status.OBSERVED, Status.NOT_ASSESSED
    return (
        ChainLink(
            Link.KNEE, seen, swing, "%", 0.4 + 5 * severity, side, Confidence.HIGH,
            "The left shank swings more slowly than the right." if side else "Both shanks swing alike.",
        ),
        ChainLink(
            Link.STRIDE, seen, stance, "%", 0.2 + 6 * severity, side, Confidence.HIGH,
            "Stance is shorter on the left." if side else "Stance is even.",
        ),
        ChainLink(Link.LOAD, seen, -19.5 * severity, "%", 0.3 + 2 * severity, side, Confidence.MODERATE,
                  "The left leg lands more softly." if side else "Both legs land alike."),
        ChainLink(Link.PELVIS, seen, 4.8 * severity, "deg", 0.1 + 4 * severity, side, Confidence.MODERATE,
                  "The pelvis drops more in left stance." if side else "The pelvis drops alike on both sides."),
        ChainLink(Link.ROTATORS, blind, None, "", None, None, Confidence.LOW,
                  "The hip's rotation needs thigh sensors; knees and hips alone do not show it."),
        ChainLink(Link.LUMBAR, blind, None, "", None, None, Confidence.LOW,
                  "Trunk rotation against the pelvis needs a trunk sensor."),
        ChainLink(Link.CLAUDICATION, blind, None, "", None, None, Confidence.LOW,
                  "The walk lasted 1.7 min; a time course needs 6 min with a seated rest."),
        ChainLink(Link.SYSTEMIC, seen, 0.3, "", 0.3, None, Confidence.LOW, "Nothing on both sides at once stands out."),
    )  # fmt: skip


def _curves(severity: float, with_thighs: bool) -> dict[str, Curve]:
    phase = np.linspace(0, 2 * np.pi, 101)
    shapes: dict[str, tuple[str, FloatArray, float, float]] = {
        "pelvis_obliquity": ("deg", 3.5 * np.sin(phase + 0.3) + 0.8 * np.sin(2 * phase), 1.2, 2.0),
        "pelvis_tilt": ("deg", 1.5 * np.sin(2 * phase) + 3, 1.0, 0.8),
        "pelvis_rotation": ("deg", 5 * np.cos(phase - 0.2), 1.6, 0.5),
        "knee_angular_velocity": (
            "deg/s",
            115 * np.sin(phase - 2.6) + 195 * np.exp(-((phase - 4.9) ** 2) / 0.25),
            28.0,
            34.0,
        ),
    }
    if with_thighs:
        flexion = 15 * np.exp(-((phase - 0.9) ** 2) / 0.2) + 58 * np.exp(-((phase - 4.5) ** 2) / 0.5)
        shapes["knee_flexion"] = ("deg", flexion, 4.0, 5.0)
    return {
        name: Curve(
            name, unit, shape * (1 - 0.25 * severity) - severity * shift / 2, np.full(101, spread / 2), 46,
            shape + severity * shift, np.full(101, spread / 2), 46, 62.2 - 3.5 * severity, 62.2 + 3.5 * severity,
            shape - spread, shape + spread,
        )
        for name, (unit, shape, spread, shift) in shapes.items()
    }  # fmt: skip
