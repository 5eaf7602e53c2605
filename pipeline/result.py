"""The values an analysis ends in: events, strides, measures, the kinetic chain, and the session result.

Nothing here computes; the stages fill these in and the faces read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sensor.samples import FloatArray, Placement, Side

Interval = tuple[float, float]
NAN = float("nan")


class EventKind(StrEnum):
    """Gait events."""

    IC = "IC"  # initial contact
    FC = "FC"  # final contact, toe-off


class Status(StrEnum):
    """Whether a value could be had from these sensors and this walk."""

    OBSERVED = "observed"
    NOT_ASSESSED = "not_assessed"


class Verdict(StrEnum):
    """The only scale of quality."""

    VALID = "valid"
    ATTENTION = "attention"
    INVALID = "invalid"


class Flag(StrEnum):
    """How far an asymmetry leaves its band."""

    NONE = "none"
    BORDERLINE = "borderline"
    CLEAR = "clear"


class Confidence(StrEnum):
    """How much a link of the chain, or an angle, can be leaned on."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Link(StrEnum):
    """Links of the kinetic chain, source first, then the other causes."""

    KNEE = "knee"
    STRIDE = "stride"
    LOAD = "load"
    PELVIS = "pelvis"
    ROTATORS = "rotators"
    LUMBAR = "lumbar"
    CLAUDICATION = "claudication"
    SYSTEMIC = "systemic"


@dataclass(frozen=True, slots=True)
class Event:
    """A detected initial or final contact, on the recording's own clock."""

    time_s: float
    side: Side
    kind: EventKind
    confidence: float  # 0 to 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stride:
    """One gait cycle of one side, from initial contact to the next of the same side.

    A quantity that could not be had is NaN. ``valid`` strides enter the metrics; ``reason`` says why one does not.
    Times are seconds on the recording's clock; a step belongs to the side that lands at ``ic_s``.
    """

    side: Side
    ic_s: float
    fc_s: float
    next_ic_s: float
    stance_time_s: float
    swing_time_s: float
    step_time_s: float  # from the other side's initial contact to ic_s
    single_support_s: float  # this foot alone
    double_support_s: float  # both double supports of this cycle
    stride_length_m: float
    knee_swing_velocity_rad_s: float  # peak sagittal angular rate of the shank in the swing of this cycle
    impact_peak_m_s2: float  # peak of the shank's specific force about ic_s, gravity removed
    knee_flexion_loading_deg: float
    knee_flexion_swing_deg: float
    obliquity_rom_deg: float
    tilt_rom_deg: float
    rotation_rom_deg: float
    drop_deg: float  # how far the other side of the pelvis drops in this stance
    straight: bool
    valid: bool
    reason: str = ""
    attenuation: float = NAN  # 1 - peak at the pelvis / peak at this shank, about ic_s
    stride_regularity: float = NAN  # this cycle against the next, vertical acceleration of the pelvis or trunk
    step_regularity: float = NAN  # its two steps against each other
    harmonic_ratio_vertical: float = NAN
    harmonic_ratio_forward: float = NAN
    harmonic_ratio_sideways: float = NAN
    hip_flexion_max_deg: float = NAN  # thigh against pelvis, zero = standing
    hip_flexion_min_deg: float = NAN  # - = extension
    trunk_lean_deg: float = NAN  # mean over the cycle, forward +, against standing
    trunk_side_lean_deg: float = NAN  # over this side in its stance at most, against the cycle's mean
    thorax_pelvis_phase_deg: float = NAN  # of their rotations: 0 in phase, 180 out of phase
    thorax_pelvis_rom_deg: float = NAN  # range of the trunk's rotation against the pelvis
    shank_excursion_deg: float = NAN  # range of the shank's sagittal inclination
    tilt_mean_deg: float = NAN  # over the cycle, against standing
    obliquity_mean_deg: float = NAN
    hips_apart_deg: float = NAN  # root mean square of what the two iliac sensors' tilt and obliquity differ by

    @property
    def stride_time_s(self) -> float:
        """Duration of the gait cycle, s."""
        return self.next_ic_s - self.ic_s

    @property
    def speed_m_s(self) -> float:
        """Walking speed over the gait cycle."""
        return self.stride_length_m / self.stride_time_s


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with its unit, interval, sample size and reference band, or the reason why there is none.

    ``instrument_sd`` is the SD of what sensors and soft tissue add: a part of ``ci95`` that more strides do not lessen.
    ``confidence`` is given for angles.
    """

    name: str
    unit: str
    value: float | None
    ci95: Interval | None = None
    n: int = 0
    band: Interval | None = None
    status: Status = Status.OBSERVED
    reason: str = ""
    instrument_sd: float | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Left against right. Exactly one of ``log_ratio_pct`` and ``z_difference`` is the scale; + means left larger.

    ``ci95`` and ``band`` are in the unit of that scale; both it and the values are None when not assessed.
    """

    metric: str
    unit: str
    left: float | None
    right: float | None
    n_left: int
    n_right: int
    is_angle: bool  # True: z_difference; False: log_ratio_pct
    effect: float | None
    ci95: Interval | None
    band: Interval
    flag: Flag
    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PelvisSeries:
    """Pelvic angles on the uniform grid, degrees; NaN where untrusted. Arrays of shape (n,).

    Signs: obliquity + = left side up, tilt + = anterior, rotation + = right side forward.
    """

    time_s: FloatArray
    tilt_deg: FloatArray
    obliquity_deg: FloatArray
    rotation_deg: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class KneeSeries:
    """Knee flexion on the uniform grid, degrees, zero = standing; NaN where untrusted. Arrays of shape (n,)."""

    time_s: FloatArray
    left_deg: FloatArray
    right_deg: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A quantity over the gait cycle, 0 to 100 % in 101 points, left and right. None where a side has none.

    Pelvic obliquity and rotation are seen from the side whose cycle it is: + = own side up, own side forward.
    ``band_low`` and ``band_high`` are the speed-matched reference mean -+ 1 SD, or None without a reference.
    """

    name: str  # a key of pipeline.strides.cycle_curves.UNITS
    unit: str
    left_mean: FloatArray | None
    left_sd: FloatArray | None
    n_left: int
    right_mean: FloatArray | None
    right_sd: FloatArray | None
    n_right: int
    left_fc_pct: float | None
    right_fc_pct: float | None
    band_low: FloatArray | None = None
    band_high: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the gait cycle, per cent, ends included, in which the sides differ; the largest difference there."""

    start_pct: float
    end_pct: float
    at_pct: float
    difference: float  # left minus right


@dataclass(frozen=True, slots=True, eq=False)
class WaveformDifference:
    """Left minus right of one curve over the gait cycle, in 101 points, with a band that holds for all of them at once.

    ``limit`` is the size below which a difference means nothing; ``rms_pct`` the root mean square of the difference
    against the range of both curves. Without a status of observed there are no numbers, but a reason.
    """

    name: str
    unit: str
    n_left: int
    n_right: int
    status: Status
    reason: str
    difference: FloatArray | None = None
    low: FloatArray | None = None
    high: FloatArray | None = None
    limit: float | None = None
    rms_pct: float | None = None
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """What one link of the kinetic chain shows.

    ``z`` is in reference SDs; ``reason`` speaks plainly either way; ``evidence`` names the measures it is read from, as
    ``group.name`` of the summary.
    """

    link: Link
    status: Status
    value: float | None
    unit: str
    z: float | None
    side: Side | None
    confidence: Confidence
    reason: str
    evidence: tuple[str, ...] = ()

    @classmethod
    def absent(cls, link: Link, reason: str) -> ChainLink:
        """A link of which these sensors, or this walk, show nothing."""
        return cls(link, Status.NOT_ASSESSED, None, "", None, None, Confidence.LOW, reason)


class BoutKind(StrEnum):
    """What a person does for a while."""

    WALKING = "walking"
    TURNING = "turning"
    STANDING = "standing"
    SITTING = "sitting"
    LEANING = "leaning"  # standing, bent forward
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bout:
    """A half-open interval of one kind, s on the recording's clock; ``reason`` says what tells it, or what hides it."""

    kind: BoutKind
    start_s: float
    end_s: float
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause between two walks in which the person kept still.

    ``kind`` is the posture of most of it: standing, sitting, leaning, or unknown when these sensors cannot tell.
    ``walked_s`` is the time walked since the rest before, or since the beginning; ``trunk_lean_deg`` the forward lean
    against standing.
    """

    kind: BoutKind
    start_s: float
    end_s: float
    confidence: Confidence
    walked_s: float
    trunk_lean_deg: float | None = None


@dataclass(frozen=True, slots=True)
class HalfMinute:
    """Medians over half a minute of walking, for the eye; ``fitted``: it lies in the walk that slopes are taken of.

    ``start_s`` and ``end_s`` are on the recording's clock, ``walked_s`` is walking time at its middle.
    """

    start_s: float
    end_s: float
    walked_s: float
    fitted: bool
    strides: int
    speed_m_s: float | None
    step_length_m: float | None


class Beside(StrEnum):
    """How a sensor sits against that of the other side, by which of its axes points up."""

    SAME = "same"
    UPSIDE_DOWN = "upside_down"
    TURNED = "turned"  # about a quarter turn, or nothing that straps and cases explain


class Handedness(StrEnum):
    """What gyroscope and accelerometer say of each other's axes."""

    RIGHT = "right"
    MIRRORED = "mirrored"  # as if columns had the wrong sign or were swapped: no mounting does that
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Mount:
    """How a sensor sits: which of its axes, as ``+x`` or ``-z``, lies nearest to the body's up, forward and left.

    ``off_deg`` is the turn between those box axes and the body's; None, as ``forward`` and ``left``, where they could
    not be found.
    """

    placement: Placement
    up: str
    forward: str | None
    left: str | None
    off_deg: float | None
    beside: Beside | None  # None without a partner
    handedness: Handedness
    fault: str = ""  # of a mirrored one: which columns contradict the others, in words


@dataclass(frozen=True, slots=True)
class Quality:
    """The verdict on a recording and the sentences behind it."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded: placements, span, rate, and what was assumed about the person."""

    name: str
    placements: tuple[Placement, ...]
    rate_hz: float
    duration_s: float
    missing_pct: Mapping[Placement, float]
    height_m: float
    leg_length_m: float
    assumptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SessionResult:
    """Everything an analysis says about one recording."""

    recording: Recording
    quality: Quality
    events: tuple[Event, ...]
    strides: tuple[Stride, ...]
    gait: Mapping[str, Measure]
    asymmetry: Mapping[str, Asymmetry]
    pelvis: Mapping[str, Measure]
    chain: tuple[ChainLink, ...]
    curves: Mapping[str, Curve]
    pelvis_series: PelvisSeries
    knee_series: KneeSeries | None
    provenance: Mapping[str, object] = field(default_factory=dict)
    time_course: Mapping[str, Measure] = field(default_factory=dict)
    bouts: tuple[Bout, ...] = ()
    rests: tuple[Rest, ...] = ()
    half_minutes: tuple[HalfMinute, ...] = ()
    mounts: tuple[Mount, ...] = ()
    trunk: Mapping[str, Measure] = field(default_factory=dict)
    joints: Mapping[str, Measure] = field(default_factory=dict)
    waveforms: Mapping[str, WaveformDifference] = field(default_factory=dict)
