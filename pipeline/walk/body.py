"""The body behind the numbers: height and leg length as told, or what is assumed for them, said in words."""

from __future__ import annotations

from pipeline.norms import LEG_OF_HEIGHT
from sensor.person import Person

_USUAL_HEIGHT_M = {"male": 1.77, "female": 1.64, None: 1.70}  # own working values [A]; said in the result when used


def body_sizes(person: Person) -> tuple[float, float, tuple[str, ...]]:
    """Height, leg length, m, and what was assumed for them."""
    assumed = []
    height = person.height_m
    if height is None and person.leg_length_m is not None:
        height = person.leg_length_m / LEG_OF_HEIGHT
        assumed.append(f"Body height {height:.2f} m is taken from the leg length.")
    if height is None:
        height = _USUAL_HEIGHT_M.get(person.sex, _USUAL_HEIGHT_M[None])
        assumed.append(f"Body height is not known; {height:.2f} m is assumed. Lengths and speed scale with it.")
    leg = person.leg_length_m
    if leg is None:
        leg = LEG_OF_HEIGHT * height
        assumed.append(f"Leg length is taken as {leg:.2f} m from body height.")
    return height, leg, tuple(assumed)
