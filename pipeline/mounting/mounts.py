"""How each sensor sits on the body, in words that somebody who straps it on can use.

The analysis takes any mounting; this only says what was found, from the axes that calibration learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product

import numpy as np

from pipeline.mounting.handedness import Axes
from pipeline.result import Beside, Handedness, Mount
from sensor.samples import FloatArray, Placement, Side

_OPPOSITE = 0.7  # cosine of the two sides' upward directions: as in the placement check before the walk


def mounts(
    up: Mapping[Placement, FloatArray],
    to_body: Mapping[Placement, FloatArray],
    handed: Mapping[Placement, Axes],
) -> tuple[Mount, ...]:
    """One row for each sensor.

    Parameters
    ----------
    up : mapping of Placement to unit vector (3,)
        Up in sensor axes.
    to_body : mapping of Placement to (3, 3) array
        Sensor axes to body axes, x forward, y left, z up; missing where no axis could be found.
    handed : mapping of Placement to Axes
    """
    return tuple(_mount(p, up, to_body.get(p), handed[p]) for p in up)


def box_axes(to_body: FloatArray) -> tuple[tuple[str, str, str], float]:
    """The sensor axes nearest to forward, left and up, as ``+x`` or ``-z``, and the angle that is left, degrees.

    They are those of the one of the 24 ways to lay a box on its sides that takes the least turn.
    """
    best = max(_BOXES, key=lambda box: float(np.sum(box * to_body)))
    cosine = 0.5 * (float(np.sum(best * to_body)) - 1.0)
    forward, left, up = (_axis_name(row) for row in best)
    return (forward, left, up), float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def upside_down(found: Sequence[Mount]) -> list[str]:
    """A sentence for each pair of which one sits the other way up."""
    return [
        f"One of {mount.placement.value} and {mount.placement.mirrored.value} sat upside down; no number depends on it."
        for mount in found
        if mount.beside is Beside.UPSIDE_DOWN and mount.placement.side is Side.LEFT
    ]


def left_open(found: Sequence[Mount]) -> list[str]:
    """A sentence on the sensors whose axes could be right or not."""
    named = ", ".join(mount.placement.value for mount in found if mount.handedness is Handedness.UNCLEAR)
    return [f"Too little movement without gaps to tell whether the axes of {named} are right."] if named else []


def _mount(placement: Placement, up: Mapping[Placement, FloatArray], to_body: FloatArray | None, handed: Axes) -> Mount:
    forward = left = off_deg = None
    upward, said = _axis_name(up[placement]), handed.handedness
    if to_body is not None and said is not Handedness.MIRRORED:  # left and forward were found as in a mirror
        (forward, left, upward), off_deg = box_axes(to_body)
    return Mount(placement, upward, forward, left, off_deg, _beside(placement, up), said, handed.fault)


def _beside(placement: Placement, up: Mapping[Placement, FloatArray]) -> Beside | None:
    partner = placement.mirrored
    if partner is placement or partner not in up:
        return None
    cosine = float(up[placement] @ up[partner])
    if abs(cosine) < _OPPOSITE:
        return Beside.TURNED
    return Beside.SAME if cosine > 0.0 else Beside.UPSIDE_DOWN


def _boxes() -> list[FloatArray]:
    """The 24 rotations (3, 3) that lay a box on its sides."""
    eye = np.eye(3)
    signed = (
        eye[list(order)] * np.array(signs)[:, None]
        for order in permutations(range(3))
        for signs in product((1.0, -1.0), repeat=3)
    )
    return [box for box in signed if np.linalg.det(box) > 0.0]


def _axis_name(direction: FloatArray) -> str:
    """The sensor axis nearest to a direction in sensor axes."""
    at = int(np.argmax(np.abs(direction)))
    return f"{'+' if direction[at] > 0.0 else '-'}{'xyz'[at]}"


_BOXES = _boxes()
