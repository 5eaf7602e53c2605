"""Where sensors were worn last time: the set of a practice is put on the same way every day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sensor.recording.session_folder import write_json
from sensor.samples import Placement

FILE = "sensors.json"


def remembered_places(data: Path) -> dict[str, Placement]:
    """Places by sensor; none if nothing is remembered, or the file holds something else."""
    try:
        said = json.loads((data / FILE).read_text(encoding="utf-8"))
        return {str(node): Placement(place) for node, place in said.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def remember_places(data: Path, places: Mapping[str, Placement]) -> None:
    """Remember where these are worn; what is known of others stays, but two are never at one place."""
    kept = {node: place for node, place in remembered_places(data).items() if place not in places.values()}
    write_json(data / FILE, {**kept, **places})
