"""The sidecar ``<name>.json`` of a recording: the person, day and condition, units, markers, notes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

from sensor.person import Person
from sensor.recording.table import Marker, RecordingError, RecordingTable
from sensor.samples import Side

ENDINGS = (".csv.gz", ".csv", ".parquet")

# Half-open ranges that no adult or child leaves; they catch centimetres and pounds, they judge nobody.
_RANGES = {
    "age_years": (0.0, 130.0),
    "height_m": (0.4, 2.6),
    "mass_kg": (2.0, 400.0),
    "leg_length_m": (0.15, 1.6),
}
_TEXTS = ("code", "sex", "walking_aid")
_ALIASES = {"patient_code": "code", "unit_overrides": "units"}
_KNOWN = {
    *_RANGES,
    *_TEXTS,
    "painful_side",
    "red_flags",
    "day",
    "condition",
    "units",
    "markers",
    "notes",
    "schema_version",
}


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar says. ``units`` maps ``acc``, ``gyr``, ``<placement>_acc``, ``<placement>_gyr`` to a unit."""

    person: Person = field(default_factory=Person)
    units: Mapping[str, str] = field(default_factory=dict)
    markers: tuple[Marker, ...] = ()
    notes: str = ""
    notices: tuple[str, ...] = ()
    day: str = ""
    condition: str = ""


def recording_name(path: Path) -> str:
    """The file's name without ``.csv``, ``.csv.gz`` or ``.parquet``."""
    for ending in ENDINGS:
        if path.name.lower().endswith(ending):
            return path.name[: -len(ending)]
    return path.stem


def sidecar_path(path: Path) -> Path:
    """Where the sidecar of a recording lies."""
    return path.with_name(recording_name(path) + ".json")


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar; a missing file is an empty one. Raises RecordingError where it says something impossible."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Sidecar()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: the sidecar cannot be read ({error}); save it as UTF-8 JSON.") from error
    try:
        said = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise RecordingError(f"{path}: the sidecar is not JSON ({error}); mend or remove it.") from error
    if not isinstance(said, dict):
        raise RecordingError(f'{path}: the sidecar must be one JSON object, such as {{"height_m": 1.72}}.')
    return parse_sidecar(path, said)


def parse_sidecar(path: Path, said: Mapping[str, Any]) -> Sidecar:
    """What a sidecar's object says; ``path`` only names it in a RecordingError."""
    said = {_ALIASES.get(key, key): value for key, value in said.items() if value is not None}
    unknown = sorted(said.keys() - _KNOWN)
    notices = (f"Ignored in the sidecar: {', '.join(unknown)}.",) if unknown else ()
    return Sidecar(
        person=_person(path, said),
        units=_units(path, said.get("units", {})),
        markers=_markers(path, said.get("markers", [])),
        notes=_text(path, "notes", said.get("notes", "")),
        notices=notices,
        day=_day(path, said.get("day", "")),
        condition=_text(path, "condition", said.get("condition", "")),
    )


def person_said(person: Person) -> dict[str, Any]:
    """A person as a sidecar's object; what is not known is left out."""
    return {key: value for key, value in asdict(person).items() if value not in (None, ())}


def sidecar_text(table: RecordingTable) -> str:
    """The sidecar of a recording in SI units, as JSON text; what is not known is left out."""
    said = person_said(table.person)
    said["units"] = {"acc": "m/s^2", "gyr": "rad/s"}
    markers = [asdict(marker) for marker in table.markers]
    told = {"day": table.day, "condition": table.condition, "markers": markers, "notes": table.notes}
    said |= {key: value for key, value in told.items() if value}
    return json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _person(path: Path, said: Mapping[str, Any]) -> Person:
    numbers = {key: _number(path, key, said[key]) for key in _RANGES if key in said}
    texts = {key: _text(path, key, said[key]) for key in _TEXTS if key in said}
    side = said.get("painful_side")
    if side not in (None, *Side):
        raise RecordingError(f'{path}: painful_side is {side!r}; write "left" or "right", or leave it out.')
    flags = said.get("red_flags", [])
    if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
        raise RecordingError(f"{path}: red_flags must be a list of texts; write [] for none.")
    return Person(
        code=texts.get("code"),
        age_years=numbers.get("age_years"),
        sex=texts.get("sex"),
        height_m=numbers.get("height_m"),
        mass_kg=numbers.get("mass_kg"),
        leg_length_m=numbers.get("leg_length_m"),
        painful_side=Side(side) if side else None,
        walking_aid=texts.get("walking_aid"),
        red_flags=tuple(flags),
    )


def _number(path: Path, key: str, value: object) -> float:
    low, high = _RANGES[key]
    if not _is_number(value):
        raise RecordingError(f"{path}: {key} is {value!r}; write a plain number, or leave it out.")
    if not low <= value < high:
        unit = key.rpartition("_")[2]
        raise RecordingError(f"{path}: {key} is {value}; expected {low:g} to {high:g}. Is it in {unit}?")
    return float(value)


def _text(path: Path, key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):  # patient codes are often plain numbers
        return str(value)
    raise RecordingError(f"{path}: {key} is {value!r}; write a text, or leave it out.")


def _day(path: Path, value: object) -> str:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) and value else _text(path, "day", value)
    except ValueError:
        raise RecordingError(f"{path}: day is {value!r}; write it as 2026-11-22, or leave it out.") from None


def _units(path: Path, units: object) -> dict[str, str]:
    if not isinstance(units, dict) or not all(isinstance(unit, str) for unit in units.values()):
        raise RecordingError(f'{path}: units must be an object such as {{"acc": "g", "gyr": "deg/s"}}.')
    return units


def _markers(path: Path, markers: object) -> tuple[Marker, ...]:
    wrong = RecordingError(f'{path}: markers must be a list of objects such as {{"time_s": 12.5, "label": "turn"}}.')
    if not isinstance(markers, list):
        raise wrong
    found = []
    for marker in markers:
        if not isinstance(marker, dict):
            raise wrong
        time_s, label = marker.get("time_s"), marker.get("label", "")
        if not _is_number(time_s) or not isinstance(label, str):
            raise wrong
        found.append(Marker(float(time_s), label))
    return tuple(found)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
