"""A process is killed while it writes a journal: everything but the last moment is there."""

import itertools
import random
import statistics
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from sensor.recording.journal import Frame
from sensor.recording.journal_reader import JournalReader

ROOT = Path(__file__).resolve().parents[2]
TOLD = struct.Struct("<qq")  # number and time of a frame that has been appended
AT_ONCE = 10
LONGEST_S = 1.0

WRITER = """
import os, struct, sys, time
from pathlib import Path
from sensor.recording.journal_writer import JournalParams, JournalWriter
TOLD = struct.Struct("<qq")
writer = JournalWriter(Path(sys.argv[1]), "s1", "t", params=JournalParams(segment_bytes=int(sys.argv[2])))
number = 0
while True:
    now_ns = time.monotonic_ns()
    writer.frame(now_ns, "A", "gaitnode", "", TOLD.pack(number, now_ns) + bytes(number % 300))
    os.write(1, TOLD.pack(number, now_ns))
    number += 1
    time.sleep(0.003)
"""


def losses_s(folder: Path, seeds: range) -> list[float]:
    """Start one process per seed, kill each at its own moment after its first frame, and measure what is missing."""
    moments = {seed: random.Random(seed).uniform(0.0, LONGEST_S) for seed in seeds}
    started = []
    for seed in seeds:
        segment_bytes = random.Random(seed).choice([2_000, 20_000, 1 << 20])
        command = [sys.executable, "-c", WRITER, str(folder / str(seed)), str(segment_bytes)]
        started.append((seed, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)))
    lost = []
    for seed, process in started:
        assert process.stdout is not None
        told = process.stdout.read(TOLD.size)  # the first frame has been appended
        first_ns = now_ns = TOLD.unpack(told)[1]
        while (now_ns - first_ns) * 1e-9 < moments[seed]:
            told += process.stdout.read(TOLD.size)
            now_ns = TOLD.unpack(told[-TOLD.size :])[1]
        process.kill()
        with process:
            told += process.stdout.read()
        whole = told[: len(told) // TOLD.size * TOLD.size]
        lost.append(loss_s(folder / str(seed), first_ns, list(TOLD.iter_unpack(whole))))
    return lost


def loss_s(folder: Path, first_ns: int, told: list[tuple[int, int]]) -> float:
    """How long before the last appended frame the journal ends; what is there must be whole and in order."""
    reader = JournalReader(folder)
    frames = [record for record in reader if isinstance(record, Frame)]
    numbers = [TOLD.unpack_from(frame.data) for frame in frames]
    assert numbers[: len(told)] == told[: len(numbers)]
    assert [number for number, _ in numbers] == list(range(len(numbers)))
    assert all(damage.segment == max(p.name for p in folder.iterdir()) for damage in reader.damages)
    last_ns = frames[-1].host_ns if frames else first_ns
    return max(0.0, (told[-1][1] - last_ns) * 1e-9)


def check(folder: Path, count: int) -> None:
    batches = (range(start, min(start + AT_ONCE, count)) for start in range(0, count, AT_ONCE))
    lost = list(itertools.chain.from_iterable(losses_s(folder, seeds) for seeds in batches))
    assert len(lost) == count
    assert max(lost) <= 1.0
    assert statistics.median(lost) <= 0.25


def test_twenty_kills_lose_at_most_a_second_each(tmp_path: Path) -> None:
    check(tmp_path, 20)


@pytest.mark.long
def test_two_hundred_kills_lose_at_most_a_second_each(tmp_path: Path) -> None:
    check(tmp_path, 200)
