"""The codebook names every field that is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gaitchain.outputs import summary_schema
from gaitchain.outputs.tables import BOUT_COLUMNS, EVENT_COLUMNS, JOINT_COLUMNS, PELVIS_COLUMNS, STRIDE_COLUMNS

CODEBOOK = Path(__file__).parents[2] / "docs" / "outputs.md"


def section(heading: str) -> str:
    """Text from a heading to the next of the same or a higher rank."""
    rank = heading.partition(" ")[0]
    text = CODEBOOK.read_text(encoding="utf-8")
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.search(rf"^#{{1,{len(rank)}}} ", text[start:], re.MULTILINE)
    return text[start : start + end.start()] if end else text[start:]


def described(heading: str) -> set[str]:
    """Names in code marks within a section."""
    return set(re.findall(r"`([A-Za-z0-9_]+)`", section(heading)))


def property_names(schema: Any) -> Iterator[str]:
    """Every name a JSON object may carry according to the schema, and every word of its enumerations."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for word in schema.get("enum", []):
            if isinstance(word, str):
                yield word
        for part in schema.values():
            yield from property_names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from property_names(part)


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("## events.csv", EVENT_COLUMNS),
        ("## strides.csv", STRIDE_COLUMNS),
        ("## bouts.csv", BOUT_COLUMNS),
        ("## pelvis.csv", PELVIS_COLUMNS),
        ("## joints.csv", JOINT_COLUMNS),
    ],
)
def test_every_column_has_its_row(heading: str, columns: tuple[str, ...]) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section(heading), re.MULTILINE)
    assert tuple(rows) == columns


def test_every_field_and_word_of_the_schema_is_explained() -> None:
    names = set(property_names(summary_schema()))
    assert {"speed_m_s", "log_ratio_pct", "antalgic_knee", "not_assessed"} <= names
    assert names - described("## summary.json") == set()


def test_the_codebook_explains_nothing_that_is_not_written() -> None:
    names = set(property_names(summary_schema())) | set(STRIDE_COLUMNS)
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section("## summary.json"), re.MULTILINE)
    fields = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert fields - names == set()
