"""The simulated patient: a kinematic walker, what pain changes in it, the sensors worn on it, and the truth."""

from sensor.simulation.files import write_truth
from sensor.simulation.spec import STRAIGHT, WalkSpec
from sensor.simulation.summary import TrueEvent
from sensor.simulation.truth import WalkTruth
from sensor.simulation.walk import SimulatedWalk, simulate

__all__ = ["STRAIGHT", "SimulatedWalk", "TrueEvent", "WalkSpec", "WalkTruth", "simulate", "write_truth"]
