"""How each sensor sat, as rows of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gaitchain.report.words import MINUS, PLACEMENTS, fixed, spoken, unit_sign

_HANDEDNESS = {
    "mirrored": "axes contradict each other: no angle, no length is read from it",
    "unclear": "too little movement to tell whether its axes are right",
}
_BESIDE = {"upside_down": "upside down against the other side", "turned": "turned against the other side"}


@dataclass(frozen=True, slots=True)
class MountRow:
    """One sensor: which of its axes pointed up, forward and left, how far off, and what to mind."""

    sensor: str
    up: str
    forward: str
    left: str
    off: str
    remark: str


def mount_rows(document: Mapping[str, Any]) -> list[MountRow]:
    """The rows of a summary document; none where nobody walks, or from an earlier version."""
    return [_row(mount) for mount in document.get("mounts", [])]


def _row(mount: Mapping[str, Any]) -> MountRow:
    remarks = (_HANDEDNESS.get(mount["handedness"]), _BESIDE.get(mount["beside"]))
    up, forward, left = (_axis(mount[way]) for way in ("up", "forward", "left"))
    off = "" if mount["off_deg"] is None else f"{fixed(mount['off_deg'], 0)}{unit_sign('deg')}"
    remark = "; ".join(said for said in remarks if said)
    return MountRow(spoken(mount["placement"], PLACEMENTS), up, forward, left, off, remark)


def _axis(name: str | None) -> str:
    return "not told" if name is None else name.replace("-", MINUS)
