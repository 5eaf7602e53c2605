"""The journal's bytes: what was written is read, and after any damage the valid prefix of it."""

import json
import struct
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.recording.journal import (
    ENVELOPE,
    LAYOUT,
    MAGIC,
    MAX_BODY_BYTES,
    Frame,
    Header,
    Note,
    Record,
    decode,
    encode,
)
from sensor.recording.journal_reader import JournalReader
from sensor.recording.table import RecordingError
from tests.sensor.journals import HEADER, put, records, segment


def boundaries(content: Iterable[Record]) -> list[int]:
    """File offsets behind the header and behind each record."""
    ends = [len(MAGIC) + len(encode(HEADER))]
    for record in content:
        ends.append(ends[-1] + len(encode(record)))
    return ends


@given(records)
def test_a_record_survives_its_bytes(record: Record) -> None:
    data = encode(record)
    length, check = ENVELOPE.unpack_from(data)
    body = data[ENVELOPE.size :]
    assert (len(body), crc32(body, crc32(data[:4]))) == (length, check)
    assert decode(body) == record


def test_the_header_tells_how_to_read_the_file_without_this_program() -> None:
    body = encode(HEADER)[ENVELOPE.size :]
    said = json.loads(body[9:])
    assert (body[0], struct.unpack_from("<q", body, 1)[0]) == (1, 0)
    assert (said["schema_version"], said["session"], said["layout"]) == (1, "s1", LAYOUT)
    frame = encode(Frame(77, 5, b"\1\2"))[ENVELOPE.size :]
    assert frame == b"\3" + struct.pack("<qH", 77, 5) + b"\1\2"


def test_a_record_that_no_reader_would_take_is_not_written() -> None:
    with pytest.raises(ValueError, match="too long"):
        encode(Frame(0, 0, bytes(MAX_BODY_BYTES)))


@settings(max_examples=60)
@given(content=st.lists(st.lists(records, max_size=5), min_size=1, max_size=3))
def test_all_segments_are_read_in_order(content: list[list[Record]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = put(tmp_path_factory.mktemp("j"), *(segment(part, n) for n, part in enumerate(content)))
    reader = JournalReader(folder)
    assert [r for r in reader if not isinstance(r, Header)] == [r for part in content for r in part]
    assert not reader.damages
    assert reader.valid_bytes == sum(path.stat().st_size for path in folder.iterdir())


@settings(max_examples=100)
@given(content=st.lists(records, max_size=8), data=st.data())
def test_a_torn_tail_costs_the_torn_record_and_nothing_else(
    content: list[Record], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = segment(content)
    cut = data.draw(st.integers(0, len(whole)))
    tail = data.draw(st.sampled_from([b"", bytes(1), bytes(100), b"\xff" * 12]))  # what a file system may leave there
    folder = put(tmp_path_factory.mktemp("j"), whole[:cut] + tail)
    reader = JournalReader(folder)
    ends = boundaries(content)
    kept = sum(end <= cut for end in ends)  # of header and content
    assert list(reader) == [HEADER, *content][:kept]
    complete = cut in (*ends, len(MAGIC), 0) and not tail  # killed before its first record: nothing is lost
    if complete and cut:
        assert not reader.damages
    else:
        [damage] = reader.damages
        assert damage.at_byte == (ends[kept - 1] if kept else len(MAGIC) if cut >= len(MAGIC) else 0)
        assert damage.at_byte + damage.lost_bytes == cut + len(tail)


@settings(max_examples=150)
@given(content=st.lists(records, min_size=1, max_size=6), data=st.data())
def test_flipped_bits_never_give_a_record_that_was_not_written(
    content: list[Record], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    damaged = bytearray(segment(content))
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] ^= data.draw(st.integers(1, 255))
    folder = put(tmp_path_factory.mktemp("j"), bytes(damaged), segment(content, 1))
    reader = JournalReader(folder)
    found = list(reader)
    before = [record for end, record in zip(boundaries(content), [HEADER, *content], strict=True) if end <= at]
    assert found == [*before, replace(HEADER, segment=1), *content]  # the damage ends with its segment
    assert reader.damages[0].segment == "000000.gcj"


@settings(max_examples=100)
@given(noise=st.binary(max_size=200), prefixed=st.booleans())
def test_any_bytes_are_read_without_an_exception(
    noise: bytes, prefixed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = put(tmp_path_factory.mktemp("j"), MAGIC + noise if prefixed else noise)
    assert list(JournalReader(folder)) == []


@given(st.integers(9, 255), st.integers(-(2**63), 2**63 - 1), st.binary(max_size=20))
def test_kinds_of_later_versions_are_skipped(kind: int, host_ns: int, rest: bytes) -> None:
    assert decode(struct.pack("<Bq", kind, host_ns) + rest) is None


def test_records_behind_an_unknown_one_are_still_read(tmp_path: Path) -> None:
    body = struct.pack("<Bq", 200, 0) + b"of a later version"
    length = struct.pack("<I", len(body))
    unknown = length + struct.pack("<I", crc32(length + body)) + body
    folder = put(tmp_path, segment([Note(1, "a")]) + unknown + encode(Note(2, "b")))
    reader = JournalReader(folder)
    assert list(reader)[1:] == [Note(1, "a"), Note(2, "b")]
    assert (reader.unknown, reader.damages) == (1, [])


def test_a_missing_segment_and_a_stranger_are_told(tmp_path: Path) -> None:
    put(tmp_path, segment([Note(1, "a")]), b"", segment([Note(3, "c")], 2))
    (tmp_path / "000001.gcj").unlink()
    stranger = Header(0, "another", 3, "test")
    (tmp_path / "000003.gcj").write_bytes(MAGIC + encode(stranger) + encode(Note(4, "d")))
    (tmp_path / "readme.txt").write_text("not ours")
    reader = JournalReader(tmp_path)
    assert [r.text for r in reader if isinstance(r, Note)] == ["a", "c"]
    assert [d.why for d in reader.damages] == [
        "the segment before it is missing",
        "the segment belongs to another session",
    ]


def test_a_journal_of_a_later_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "000000.gcj").write_bytes(MAGIC + encode(replace(HEADER, schema_version=2)))
    with pytest.raises(RecordingError, match="update gaitchain"):
        list(JournalReader(tmp_path))


def test_no_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such folder"):
        list(JournalReader(tmp_path / "journal"))
