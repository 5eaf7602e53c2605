"""The simulated patient: a kinematic walker, what pain changes in it, the sensors worn on it, and the truth."""

from sensor.simulation.faults import FAULTS, with_fault
from sensor.simulation.files import write_truth
from sensor.simulation.protocol import PROTOCOLS, Activity, Bout
from sensor.simulation.spec import EXPRESSIONS, STRAIGHT, Ailment, WalkSpec
from sensor.simulation.summary import TrueEvent
from sensor.simulation.truth import WalkTruth
from sensor.simulation.walk import SimulatedWalk, simulate

__all__ = [
    "EXPRESSIONS",
    "FAULTS",
    "PROTOCOLS",
    "STRAIGHT",
    "Activity",
    "Ailment",
    "Bout",
    "SimulatedWalk",
    "TrueEvent",
    "WalkSpec",
    "WalkTruth",
    "simulate",
    "with_fault",
    "write_truth",
]
