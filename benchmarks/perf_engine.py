"""What the analysis costs on small chunks, and whether their size matters to what it says."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from benchmarks.perf_processes import Ratio
from pipeline.engine import Engine
from pipeline.session import SessionAnalysis, analyze_table
from pipeline.stages import EngineParams
from sensor.person import Person
from sensor.recording import RecordingTable, blocks
from sensor.samples import FloatArray, SampleBlock

LIVE_CHUNK = 10  # samples; what a node sends in a tenth of a second
_BATCH = 100  # chunks measured in one go, and calls of the yardstick after them
_HEIGHT_M = 1.75

Chunk = Sequence[SampleBlock]  # one block of every placement, of the same time


def live_chunks(table: RecordingTable) -> list[Chunk]:
    """The recording as it arrives live; the last chunk may be shorter."""
    flat, worn = list(blocks(table, LIVE_CHUNK)), len(table.placements)
    return [flat[i : i + worn] for i in range(0, len(flat), worn)]


@dataclass(frozen=True, slots=True)
class ChunkCost:
    """Engine against yardstick in batches of chunks; and the single chunks, CPU seconds."""

    ratio: Ratio
    each_s: FloatArray


def chunk_cost(table: RecordingTable) -> ChunkCost:
    """CPU of the engine on live chunks after calibration, against one filter call on the same numbers.

    The yardstick is one call of ``scipy.signal.sosfilt``, state carried on, fourth-order low-pass (two sections), on
    24 channels x 10 samples: what a single filter of a textbook pipeline costs on that chunk.
    """
    from scipy.signal import butter, sosfilt  # for the yardstick only

    engine = Engine(dict.fromkeys(table.placements, table.rate_hz), _HEIGHT_M, EngineParams())
    stream = iter(live_chunks(table))
    for chunk in stream:
        _push(engine, chunk)
        if engine.calibration is not None:
            break
    sections = butter(4, 15.0, fs=100.0, output="sos")
    samples = np.random.default_rng(0).normal(size=(6 * len(table.placements), LIVE_CHUNK))
    state = np.zeros((len(sections), len(samples), 2))
    each, batches, yardstick = [], [], []
    for batch in _batches(stream):
        took = []
        for chunk in batch:
            begin = time.thread_time_ns()
            _push(engine, chunk)
            took.append(time.thread_time_ns() - begin)
        begin = time.thread_time_ns()
        for _ in batch:
            _, state = sosfilt(sections, samples, axis=1, zi=state)
        yardstick.append(1e-9 * (time.thread_time_ns() - begin))
        batches.append(1e-9 * sum(took))
        each += took
    return ChunkCost(Ratio(tuple(batches), tuple(yardstick)), 1e-9 * np.array(each))


def _push(engine: Engine, chunk: Chunk) -> None:
    for block in chunk:
        engine.push(block)


def _batches(chunks: Iterable[Chunk]) -> Iterable[list[Chunk]]:
    """Full batches of full chunks."""
    batch: list[Chunk] = []
    for chunk in chunks:
        batch.append(chunk)
        if len(batch) == _BATCH and len(chunk[0]) == LIVE_CHUNK:
            yield batch
            batch = []


@dataclass(frozen=True, slots=True)
class PatientsCost:
    """Many patients on one core: CPU of each round of one chunk a patient, and how many had begun by then."""

    round_s: FloatArray
    patients: FloatArray
    period_s: float

    @property
    def at_once(self) -> float:
        """Patients that one core keeps up with."""
        return self.period_s * float(self.patients.sum() / self.round_s.sum())

    @property
    def longest_lag_s(self) -> float:
        """How late the latest round was done, had the process had one core to itself."""
        return float(lags_s(self.round_s, self.period_s).max())


def patients_cost(table: RecordingTable, patients: int, spread_s: float) -> PatientsCost:
    """Analyse patients in turn, a tenth of a second of each; they begin evenly spread over ``spread_s``.

    Calibration, the costliest moment of a session, is within. Whole sessions (``SessionAnalysis``), fed with ready
    blocks: radio, journal and display are not part of it.
    """
    period_s = LIVE_CHUNK / table.rate_hz
    chunks = live_chunks(table)
    rates = dict.fromkeys(table.placements, table.rate_hz)
    sessions = [SessionAnalysis(rates, Person()) for _ in range(patients)]
    begins = [round(i * spread_s / period_s / patients) for i in range(patients)]
    took, begun = [], []
    for now in range(len(chunks)):
        present = [(session, now - begin) for session, begin in zip(sessions, begins, strict=True) if begin <= now]
        begin_ns = time.thread_time_ns()
        for session, at in present:
            for block in chunks[at]:
                session.push(block)
        took.append(time.thread_time_ns() - begin_ns)
        begun.append(len(present))
    return PatientsCost(1e-9 * np.array(took), np.array(begun, dtype=float), period_s)


def lags_s(work_s: FloatArray, period_s: float) -> FloatArray:
    """How long after its due time each piece of work is done, (n,), when piece k is due at k periods.

    Formula: done[k] = max(done[k - 1], due[k]) + work[k]; the lag is done[k] - due[k].
    """
    lags = np.empty(len(work_s))
    late = 0.0
    for k, work in enumerate(work_s):
        late = max(late - period_s, 0.0) + float(work)
        lags[k] = late
    return lags


def same_bits(table: RecordingTable, chunks: Sequence[int]) -> dict[int, bool]:
    """Whether the whole result with each chunk size equals that of the whole file at once, in every bit."""
    whole = digest(analyze_table(table, None))
    return {chunk: digest(analyze_table(table, chunk)) == whole for chunk in chunks}


def digest(value: Any) -> str:
    """A fingerprint that changes with any bit of any number in a result; NaN equals NaN of the same bits."""
    seen = sha256()
    _feed(value, seen)
    return seen.hexdigest()


def _feed(value: Any, seen: Any) -> None:
    seen.update(type(value).__name__.encode())
    if isinstance(value, np.ndarray):
        seen.update(f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        for field in fields(value):
            _feed(field.name, seen)
            _feed(getattr(value, field.name), seen)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _feed(key, seen)
            _feed(item, seen)
    elif isinstance(value, tuple | list):
        seen.update(f"{len(value)}".encode())
        for item in value:
            _feed(item, seen)
    elif isinstance(value, float):
        seen.update(np.float64(value).tobytes())
    else:
        seen.update(f"{value!r};".encode())
