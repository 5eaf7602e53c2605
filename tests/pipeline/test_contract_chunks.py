"""Live equals offline: any blocks, in any order of the placements, give the same result in every bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from pipeline.session import analyze_table
from sensor.recording import RecordingTable, blocks
from sensor.samples import SampleBlock
from tests.pipeline.judging import assert_same_bits, assert_sane
from tests.pipeline.walks import SOON, WALKS, analysed, pushed, recording, rows

NAMES = tuple(WALKS)


def block(table: RecordingTable, number: int, start: int, end: int) -> SampleBlock:
    placement, part = table.placements[number], slice(start, end)
    return SampleBlock(placement, table.time_s[part], table.acc_m_s2[placement][part], table.gyr_rad_s[placement][part])


def shuffled(table: RecordingTable, seed: int) -> Iterator[SampleBlock]:
    """Every placement in blocks of its own random sizes, the placements in random order, one up to 3 s ahead."""
    rng = np.random.default_rng(seed)
    done = np.zeros(len(table.placements), dtype=int)
    while (done < len(table)).any():
        behind = np.flatnonzero((done < len(table)) & (done <= done[done < len(table)].min() + 300))
        number = int(rng.choice(behind))
        end = min(len(table), int(done[number]) + int(rng.integers(0, 250)))
        yield block(table, number, int(done[number]), end)
        done[number] = end


@pytest.mark.parametrize("name", NAMES)
class TestEveryRecording:
    def test_the_result_is_sound(self, name: str) -> None:
        table = recording(name)
        assert_sane(analysed(name), table.time_s[0], table.time_s[-1])
        assert sum(stride.valid for stride in analysed(name).strides) >= 8

    @pytest.mark.long
    @pytest.mark.parametrize("chunk", [1, 7, 10, 100])
    def test_blocks_of_any_size(self, name: str, chunk: int) -> None:
        assert_same_bits(analyze_table(recording(name), chunk, SOON), analysed(name))

    @pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2, 3))])
    def test_blocks_of_random_sizes_from_placements_in_random_order(self, name: str, seed: int) -> None:
        table = recording(name)
        assert_same_bits(pushed(table, shuffled(table, seed), SOON), analysed(name))


@pytest.mark.parametrize(
    ("name", "chunk"),
    [("one_knee_and_hips", 1), ("knees", 7), ("sacrum", 7), ("loss", 10), ("healthy", 100), ("turns", 10)],
)
def test_blocks_of_one_size(name: str, chunk: int) -> None:
    """A short piece, because single samples take long; all sizes for all recordings run with the long tests."""
    table = rows(recording(name), 250, 1750)
    assert_same_bits(analyze_table(table, chunk, SOON), analyze_table(table, None, SOON))


def test_the_end_adds_only_what_was_not_yet_certain() -> None:
    """What was once returned stays: the increments joined are the result."""
    from pipeline.session import SessionAnalysis

    table = recording("healthy")
    live = SessionAnalysis(dict.fromkeys(table.placements, table.rate_hz), table.person, table.name, params=SOON)
    increments = [live.push(b) for b in blocks(table, 50)]
    events = [event for increment in increments for event in increment.events]
    result = live.finish()
    assert tuple(events) == result.events[: len(events)]
    assert len(events) >= 0.7 * len(result.events)
    strides = [stride for increment in increments for stride, _ in increment.strides]
    assert repr(strides) == repr(list(result.strides[: len(strides)]))
    angles = np.concatenate([increment.pelvis_deg for increment in increments])
    np.testing.assert_array_equal(angles[:, 1], result.pelvis_series.obliquity_deg[: len(angles)])


def test_another_process_with_other_hashes_finds_the_same() -> None:
    code = (
        "import hashlib; from tests.pipeline.judging import arrays, texts; from tests.pipeline.walks import analysed\n"
        "r = analysed('one_knee_and_hips')\n"
        "d = hashlib.sha256(repr(texts(r)).encode())\n"
        "[d.update(name.encode() + values.tobytes()) for name, values in arrays(r).items()]\n"
        "print(d.hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == 64
