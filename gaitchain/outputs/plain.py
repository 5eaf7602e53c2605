"""Any value of a result as plain JSON: no NaN, no classes, the same bytes on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

JsonObject = dict[str, Any]

# Enough for any gait quantity; the last digits of a double differ between processors and would make bytes unstable.
SIGNIFICANT_DIGITS = 8


def number(value: float | None) -> float | None:
    """The value to eight significant digits, or None where it is missing, NaN or infinite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0  # + 0.0 turns -0.0 into 0.0


def plain(value: object) -> Any:
    """JSON form of a value: dataclasses and mappings become objects, arrays lists, NaN and infinity null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return number(value)
    return _composite(value)


def _composite(value: object) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)
