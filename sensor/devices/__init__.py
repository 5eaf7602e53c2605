"""Devices: what arrives from a kind of sensor to samples in SI units on the sensor's own clock."""
