"""Who walked: what is known of the person, as far as it was told."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.samples import Side


@dataclass(frozen=True, slots=True)
class Person:
    """The person of a recording. None means: not told; nothing is assumed here.

    Attributes
    ----------
    code : str or None
        The patient code; never a name.
    sex : str or None
        As told, usually ``female`` or ``male``.
    height_m, leg_length_m : float or None
        Body height, and greater trochanter to floor, m.
    mass_kg : float or None
        Body mass, kg.
    painful_side : Side or None
        The side that hurts.
    walking_aid : str or None
        What the person walked with, such as ``cane right``.
    red_flags : tuple of str
        Warning signs that were asked for and found.
    """

    code: str | None = None
    age_years: float | None = None
    sex: str | None = None
    height_m: float | None = None
    mass_kg: float | None = None
    leg_length_m: float | None = None
    painful_side: Side | None = None
    walking_aid: str | None = None
    red_flags: tuple[str, ...] = ()
