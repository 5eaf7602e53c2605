"""PROTOCOL.md and the code say the same."""

import re
from enum import IntEnum
from pathlib import Path

import pytest

from firmware_protocol import frames, gatt
from firmware_protocol import messages as m
from firmware_protocol.codec import BY_TYPE, LAYOUTS

TEXT = (Path(frames.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
SIZES = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "u64": 8, "f32": 4}
CHAPTERS = {
    int(code, 16): (name, body)
    for code, name, body in re.findall(
        r"^### (0x[0-9A-F]{2}) ([A-Z_]+) \(.*?\)\n(.*?)(?=^##)", TEXT, flags=re.MULTILINE | re.DOTALL
    )
}


def test_every_message_has_its_chapter_and_no_other_has() -> None:
    assert set(CHAPTERS) == set(BY_TYPE)


@pytest.mark.parametrize("kind", m.MESSAGES)
def test_the_byte_table_is_the_layout(kind: type[m.Message]) -> None:
    name, body = CHAPTERS[kind.type_code]
    assert name.replace("_", "") in {kind.__name__.upper(), kind.__name__.upper().removeprefix("NODE")}
    rows = re.findall(r"^\| (\d+) \| ([uif]\d+) \| (\w+) \|", body, flags=re.MULTILINE)
    layout = LAYOUTS[kind]
    assert [(row[1], row[2]) for row in rows] == list(zip(layout.kinds, layout.names, strict=True))
    at = 0
    for offset, wire_type, _ in rows:
        assert int(offset) == at
        at += SIZES[wire_type]
    assert at == layout.packer.size


@pytest.mark.parametrize("direction", [m.REQUESTS, m.REPORTS])
def test_the_direction_is_in_the_heading(direction: tuple[type[m.Message], ...]) -> None:
    arrow = "host to node" if direction is m.REQUESTS else "node to host"
    for kind in direction:
        assert re.search(rf"^### {kind.type_code:#04X} .*\({arrow}\)$".replace("0X", "0x"), TEXT, flags=re.MULTILINE)


@pytest.mark.parametrize(("names", "heading"), [(m.Status, "status"), (m.NodeState, "value")])
def test_numbers_have_the_same_names(names: type[IntEnum], heading: str) -> None:
    table = re.search(rf"^\| {heading} \| (?:name|state) \|.*?\n\|[-|]+\n((?:\|.*\n)+)", TEXT, flags=re.MULTILINE)
    assert table is not None
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", table[1], flags=re.MULTILINE)
    assert {int(number): name for number, name in rows} == {int(one): one.name for one in names}


def test_roles_are_listed() -> None:
    listed = re.search(r"\| role \| (0 unassigned.*?) \|", TEXT)
    assert listed is not None
    assert listed[1] == ", ".join(f"{int(role)} {role.name.lower()}" for role in m.Role)


def test_uuids_and_limits_are_the_codes() -> None:
    for uuid, name in [(gatt.SERVICE_UUID, "service"), *((c.value, c.name) for c in gatt.Channel)]:
        assert f"| `{uuid}` | {name} |" in TEXT
    assert f"at least {frames.MIN_ATT_MTU}" in TEXT
    assert f"at most {frames.MAX_FRAME_BYTES}" in TEXT
    assert f"more than {frames.MAX_ENCODED_BYTES} bytes of memory" in TEXT
    assert f"version {m.PROTOCOL_MAJOR}.{m.PROTOCOL_MINOR}" in TEXT.splitlines()[0]
