"""Which stages the worn sensors and their calibration allow, each connected to those that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.activity.posture import PostureCells
from pipeline.activity.turns import TurnFinder, TurnParams
from pipeline.angles.joints import HipFlexion, Inclination, KneeFlexion
from pipeline.angles.level_acceleration import LevelAcceleration
from pipeline.angles.orientation import Motion, OrientationParams
from pipeline.angles.pelvis import HeadingRate, PelvisAngles
from pipeline.events.contacts import Contact, ContactSource
from pipeline.events.leg_events import LegEvents
from pipeline.events.pelvis_events import PelvisEvents, UsualStep
from pipeline.mounting.calibration import Calibration, CalibrationParams
from pipeline.mounting.pelvis_frame import PelvisFrame
from pipeline.strides.cycle_curves import CurveSignals
from pipeline.strides.cycles import Cycle, CycleAssembler, CycleParams
from pipeline.strides.measures import BodySignals, LegSignals, MeasureParams
from sensor.samples import Placement, Side

Source = tuple[ContactSource, tuple[Placement, ...]]  # and the sensors that it reads


@dataclass(frozen=True, slots=True)
class EngineParams:
    """Parameters of every stage; they travel into the result's provenance."""

    orientation: OrientationParams = field(default_factory=OrientationParams)
    calibration: CalibrationParams = field(default_factory=CalibrationParams)
    cycles: CycleParams = field(default_factory=CycleParams)
    turns: TurnParams = field(default_factory=TurnParams)
    measures: MeasureParams = field(default_factory=MeasureParams)


class SignalStage(Protocol):
    """A stage that follows the sensors' motion with a series of its own, which strides are measured from."""

    def advance(self, end: int) -> None:
        """Take in what is known before the grid index ``end``."""
        ...

    def finish(self) -> None:
        """Produce what is held back; no more samples will come."""
        ...

    def forget(self, before: int) -> None:
        """Let go of what lies before a grid index."""
        ...


@dataclass(slots=True)
class Stages:
    """The stages after calibration."""

    sources: list[Source]
    signals: tuple[SignalStage, ...]  # each after those that it reads
    curves: dict[Side, CurveSignals]
    knees: dict[Side, KneeFlexion]
    heading: HeadingRate
    turns: TurnFinder
    postures: PostureCells
    body: BodySignals
    cycles: CycleAssembler
    start: int  # grid index of the first sample that was kept until the first walk
    contacts: list[Contact] = field(default_factory=list)
    waiting: list[Cycle] = field(default_factory=list)
    shown: int = 0  # grid index up to which angles have been returned
    slow: int = 0  # grid index up to which the signals of strides and curves have been computed


@dataclass(frozen=True, slots=True, eq=False)
class _Leg:
    """What is followed of one leg; None where its sensors do not show it."""

    contacts: Source | None
    knee: KneeFlexion | None
    hip: HipFlexion | None
    signals: LegSignals
    curves: CurveSignals


def build(motions: Mapping[Placement, Motion], calibration: Calibration, params: EngineParams, start: int) -> Stages:
    """The stages of a walk, from the grid index ``start`` on."""
    pelvis = _angles_of(calibration.pelvis, motions, calibration, start)
    thorax = _angles_of(calibration.trunk, motions, calibration, start)
    limbs = {p: Inclination(motions[p], leg.to_segment, start) for p, leg in calibration.legs.items()}
    bent = {p: limb for p, limb in limbs.items() if p not in calibration.mirrored}  # those that angles are read from
    legs = {side: _leg(side, motions, calibration, params.calibration, limbs, bent, pelvis, start) for side in Side}
    sources = [leg.contacts for leg in legs.values() if leg.contacts is not None]
    unseen = tuple(side for side, leg in legs.items() if leg.contacts is None)
    frame = calibration.pelvis or calibration.trunk
    worn = {p: motions[p] for p in frame.to_pelvis} if frame is not None else {}
    trunk = LevelAcceleration(worn, frame.to_pelvis, start) if frame is not None else None
    if unseen and trunk is not None:
        trusts = [motion.trust for motion in worn.values()]
        usual = UsualStep(calibration.pelvis_peak_m_s2, calibration.stride / 2)
        events = PelvisEvents(trunk, trusts, unseen, usual, start, params.calibration.pelvis_events)
        sources.append((events, tuple(worn)))
    sound = {p: motion for p, motion in motions.items() if p not in calibration.mirrored}
    heading = HeadingRate(worn or sound or dict(motions), params.turns.filter_taps(), start)
    turns = TurnFinder(heading.rate, params.turns)
    angles = pelvis.angles if pelvis else None, thorax.angles if thorax else None
    postures = PostureCells(motions, bent, *angles, start, params.calibration)
    knees = {side: leg.knee for side, leg in legs.items() if leg.knee is not None}
    hips = [leg.hip for leg in legs.values()]
    signals = (*limbs.values(), *knees.values(), pelvis, thorax, *hips, trunk, heading, turns, postures)
    return Stages(
        sources=sources,
        signals=tuple(stage for stage in signals if stage is not None),
        curves={side: leg.curves for side, leg in legs.items()},
        knees=knees,
        heading=heading,
        turns=turns,
        postures=postures,
        body=BodySignals(
            {side: leg.signals for side, leg in legs.items()},
            angles[0],
            trunk.acceleration if trunk else None,
            angles[1],
            pelvis.apart if pelvis else None,
        ),
        start=start,
        cycles=CycleAssembler(tuple(side for side in Side if frame is not None or side not in unseen), params.cycles),
    )


def _leg(
    side: Side,
    motions: Mapping[Placement, Motion],
    calibration: Calibration,
    params: CalibrationParams,
    limbs: Mapping[Placement, Inclination],
    bent: Mapping[Placement, Inclination],
    pelvis: PelvisAngles | None,
    start: int,
) -> _Leg:
    """One leg: contacts from the shank if it shows the gait, else from the thigh."""
    shank, thigh = Placement(f"knee_{side.value}"), Placement(f"thigh_{side.value}")
    contacts: Source | None = None
    lower: LegEvents | None = None
    for placement, events in ((shank, params.shank), (thigh, params.thigh)):
        leg = calibration.legs.get(placement)
        if contacts is None and leg is not None and leg.gait:
            seen = LegEvents(side, motions[placement], leg.axis.axis, leg.gait, start, events)
            contacts, lower = (seen, (placement,)), seen if placement is shank else None
    knee = KneeFlexion(bent[thigh], bent[shank]) if thigh in bent and shank in bent else None
    hip = HipFlexion(bent[thigh], pelvis.angles) if thigh in bent and pelvis is not None else None
    knee_flexion, hip_flexion = knee.flexion if knee else None, hip.flexion if hip else None
    return _Leg(
        contacts,
        knee,
        hip,
        LegSignals(limbs[shank] if lower else None, knee_flexion, hip_flexion, shank in bent),
        CurveSignals(
            pelvis.angles if pelvis else None,
            lower.rate if lower else None,
            motions[shank].acc if lower else None,
            knee_flexion,
            hip_flexion,
        ),
    )


def _angles_of(
    frame: PelvisFrame | None,
    motions: Mapping[Placement, Motion],
    calibration: Calibration,
    start: int,
) -> PelvisAngles | None:
    """Tilt, obliquity and rotation of the pelvis, or of the trunk by the same formulas."""
    if frame is None:
        return None
    worn = {p: motions[p] for p in frame.to_pelvis}
    return PelvisAngles(worn, frame.to_pelvis, round(calibration.stride), start)
