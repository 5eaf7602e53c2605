"""A second, independent simulated patient, kept for testing: the risk model never trains on it.

It shares the rigid-body mechanics, the meaning of the angles and the shape of the truth with :mod:`sensor.simulation`,
and nothing that was assumed there about walking: splines through key events instead of Fourier series, a planted foot
that gives the hip angle, support times instead of stance fractions, one latent load per person and strategies instead
of a table of shifts, skin that slides with the joints and rings with the bone, other sensors worn in another way.
"""

from sensor.second_simulation.walk import RATE_HZ, simulate

__all__ = ["RATE_HZ", "simulate"]
