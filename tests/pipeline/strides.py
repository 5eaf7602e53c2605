"""Strides and contacts made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from pipeline.events.contacts import Contact
from pipeline.result import EventKind, Stride
from sensor.samples import Side

NAN = float("nan")
STEP, STANCE = 55.0, 66.0  # samples of a steady walk


def stride(
    side: Side = Side.LEFT, ic_s: float = 0.0, stride_time_s: float = 1.1, reason: str = "", **values: float
) -> Stride:
    """A straight stride, valid unless a reason is given; what is not given is NaN."""
    known: dict[str, object] = {f.name: NAN for f in fields(Stride)}
    known |= {"side": side, "ic_s": ic_s, "next_ic_s": ic_s + stride_time_s, "straight": reason != "turn"}
    return Stride(**(known | {"valid": not reason, "reason": reason} | values))  # type: ignore[arg-type]


def row(side: Side, count: int, reason: str = "", **values: float) -> list[Stride]:
    """Equal strides of one side, one after the other."""
    return [stride(side, 1.1 * k, reason=reason, **values) for k in range(count)]


def ic(at: float, side: Side = Side.LEFT, swing_peak_rad_s: float = 4.0) -> Contact:
    return Contact(at, side, EventKind.IC, 0.9, "", swing_peak_rad_s)


def fc(at: float, side: Side = Side.LEFT, note: str = "") -> Contact:
    return Contact(at, side, EventKind.FC, 0.9, note)


def steady(start: float, strides: int, first: Side = Side.LEFT) -> list[Contact]:
    """Contacts of a steady walk of both feet with that many strides of the first side, in order."""
    out: list[Contact] = []
    for k in range(strides + 1):
        at = start + 2.0 * STEP * k
        out += [ic(at, first), fc(at + STANCE - STEP, first.other), ic(at + STEP, first.other), fc(at + STANCE, first)]
    return sorted(out, key=lambda contact: contact.at)[: 4 * strides + 1]


def of(contacts: Sequence[Contact], side: Side, kind: EventKind) -> list[float]:
    """Where the contacts of one side and kind are."""
    return [c.at for c in contacts if c.side is side and c.kind is kind]
