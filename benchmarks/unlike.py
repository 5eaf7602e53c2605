"""The recordings of others played otherwise: at other speeds and rates, noisier, shorter, with samples lost, with fewer
sensors. What then becomes of the events shows where they would break on people and sensors that the sets lack.

    python benchmarks/unlike.py ../shared/datasets [--markdown docs/validation.md] [-j N]
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.page import replace_part
from benchmarks.scoring import EventScore, pooled, score_events, score_events_sides_ignored
from benchmarks.sets import SETS, Trial, load_trials
from pipeline.result import Event, EventKind, Interval
from pipeline.session import analyze_table
from sensor.recording import RecordingTable, read_recording
from sensor.samples import THIGHS, FloatArray, Placement

RATE_HZ = 100.0  # of all sets
MARGIN_S = 0.15  # events nearer to a cut are not asked for: half of what shows them is gone
SET_OUT_S = 1.0  # before the first event, so that the swing that leads to it is seen
Sensors = tuple[Placement, ...]
FEWER: Mapping[str, tuple[Sensors, ...]] = {
    "virtual_pelvis": ((Placement.KNEE_LEFT, Placement.SACRUM), (Placement.KNEE_RIGHT, Placement.SACRUM), THIGHS),
    "moving_reality": (
        (Placement.KNEE_LEFT, Placement.SACRUM),
        (Placement.KNEE_RIGHT, Placement.SACRUM),
        (Placement.SACRUM,),
    ),
    "marpino": (THIGHS,),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """A recording with its reference."""

    table: RecordingTable
    events: tuple[Event, ...]
    turns: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The score of one walk."""

    initial: EventScore
    final: EventScore
    any_side: EventScore
    right_side: int
    silent: bool  # no event at all


Change = Callable[[Walk, Generator], Walk]


def each_sensor(walk: Walk, change: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]) -> Walk:
    """Change specific force and angular rate, (n, 3) each, sensor by sensor."""
    table = walk.table
    changed = {p: change(table.acc_m_s2[p], table.gyr_rad_s[p]) for p in table.placements}
    acc, gyr = ({p: pair[at] for p, pair in changed.items()} for at in (0, 1))
    return replace(walk, table=replace(table, acc_m_s2=acc, gyr_rad_s=gyr))


def resampled(
    table: RecordingTable, time_s: FloatArray, rate_hz: float, change: Callable[[FloatArray], FloatArray]
) -> RecordingTable:
    """The table on other times, every channel (n, 3) changed to (m, 3) alike."""
    acc, gyr = ({p: change(v) for p, v in values.items()} for values in (table.acc_m_s2, table.gyr_rad_s))
    return replace(table, time_s=time_s, rate_hz=rate_hz, acc_m_s2=acc, gyr_rad_s=gyr)


def with_sensors(walk: Walk, sensors: Sensors) -> Walk:
    """Only some of the sensors worn; all if none is named."""
    return replace(walk, table=walk.table.only(sensors)) if sensors else walk


def as_recorded(walk: Walk, draw: Generator) -> Walk:
    """Nothing changed."""
    del draw
    return walk


def at_rate(walk: Walk, draw: Generator, rate_hz: float) -> Walk:
    """Interpolated linearly to another rate; behind a mean over the new period when it is lower. Gaps stay gaps."""
    del draw
    table, old_s = walk.table, walk.table.time_s
    new_s = np.arange(old_s[0], old_s[-1], 1.0 / rate_hz)
    after = np.searchsorted(old_s, new_s).clip(1, len(old_s) - 1)
    new_s = new_s[old_s[after] - old_s[after - 1] < 1.5 / table.rate_hz]
    window = np.full(max(1, round(table.rate_hz / rate_hz)), 1.0)
    seen = np.convolve(np.ones(len(old_s)), window, "same")

    def taken(values: FloatArray) -> FloatArray:
        means = (np.convolve(column, window, "same") / seen for column in values.T)
        return np.stack([np.interp(new_s, old_s, mean) for mean in means], axis=1)

    return replace(walk, table=resampled(table, new_s, rate_hz, taken))


def at_speed(walk: Walk, draw: Generator, factor: float) -> Walk:
    """Played faster or slower. Rates go with the factor, accelerations with its power of 1.5: between that of a film
    played otherwise (2) and that of steps that are longer or shorter instead (1).
    """
    table, origin_s = walk.table, float(walk.table.time_s[0])

    def moved(time_s: float) -> float:
        return origin_s + (time_s - origin_s) / factor

    def quicker(acc: FloatArray, gyr: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = np.nanmean(acc, axis=0)
        return mean + (acc - mean) * factor**1.5, gyr * factor

    played = each_sensor(walk, quicker).table
    time_s = origin_s + (table.time_s - origin_s) / factor
    events = tuple(replace(event, time_s=moved(event.time_s)) for event in walk.events)
    turns = tuple((moved(start), moved(end)) for start, end in walk.turns)
    return at_rate(Walk(replace(played, time_s=time_s, rate_hz=table.rate_hz * factor), events, turns), draw, RATE_HZ)


def noisy(walk: Walk, draw: Generator) -> Walk:
    """White noise of 0.5 m/s^2 and 0.1 rad/s."""
    return each_sensor(
        walk, lambda acc, gyr: (acc + draw.normal(0.0, 0.5, acc.shape), gyr + draw.normal(0.0, 0.1, gyr.shape))
    )


def uncalibrated(walk: Walk, draw: Generator) -> Walk:
    """A bias of 0.3 m/s^2 and 0.03 rad/s (SD) in every axis, and scales 3 per cent off."""
    return each_sensor(
        walk, lambda acc, gyr: (1.03 * acc + draw.normal(0.0, 0.3, 3), 0.97 * gyr + draw.normal(0.0, 0.03, 3))
    )


def turned_about(walk: Walk, draw: Generator) -> Walk:
    """Every sensor mounted in a way of its own."""

    def mounted(acc: FloatArray, gyr: FloatArray) -> tuple[FloatArray, FloatArray]:
        mount = Rotation.from_quat(draw.normal(size=4)).as_matrix()
        return acc @ mount.T, gyr @ mount.T

    return each_sensor(walk, mounted)


def lossy(walk: Walk, draw: Generator) -> Walk:
    """3 per cent of every sensor's samples lost, in bursts of up to 0.1 s."""

    def dropped(acc: FloatArray, gyr: FloatArray) -> tuple[FloatArray, FloatArray]:
        lost = np.zeros((len(acc), 1), dtype=bool)
        while lost.mean() < 0.03:
            start = draw.integers(len(acc))
            lost[start : start + draw.integers(1, 11)] = True
        return np.where(lost, np.nan, acc), np.where(lost, np.nan, gyr)

    return each_sensor(walk, dropped)


def short(walk: Walk, draw: Generator, length_s: float, part: float) -> Walk:
    """A few seconds, begun where a part of the reference's time has gone by, in mid-step; 0: where the walk begins."""
    del draw
    first_s, last_s = walk.events[0].time_s, walk.events[-1].time_s
    start_s = first_s + part * (last_s - first_s) if part else first_s - SET_OUT_S
    end_s, table = start_s + length_s, walk.table
    kept = (table.time_s >= start_s) & (table.time_s < end_s)
    cut = resampled(table, table.time_s[kept], table.rate_hz, lambda values: values[kept])
    return Walk(cut, tuple(e for e in walk.events if start_s + MARGIN_S <= e.time_s < end_s - MARGIN_S), walk.turns)


CHANGES: Mapping[str, Change] = {
    "as recorded": as_recorded,
    "sampled at 50 Hz": partial(at_rate, rate_hz=50.0),
    "sampled at 200 Hz": partial(at_rate, rate_hz=200.0),
    "1.3 times as fast": partial(at_speed, factor=1.3),
    "0.8 times as fast": partial(at_speed, factor=0.8),
    "0.6 times as fast": partial(at_speed, factor=0.6),
    "noise added": noisy,
    "biases and scales off": uncalibrated,
    "mounted otherwise": turned_about,
    "3 % of samples lost": lossy,
    "first 5 s of the walk": partial(short, length_s=5.0, part=0.0),
    "7 s from mid-walk": partial(short, length_s=7.0, part=0.3),
}


FEWER_CHANGES = ("as recorded", "0.8 times as fast", "7 s from mid-walk")


def run(trial: Trial, change: str, sensors: Sensors = ()) -> Found | None:
    """Analyse one trial played otherwise; None when the reference says nothing there."""
    walk = Walk(read_recording(trial.recording), trial.events, trial.turns)
    if not walk.events:
        return None
    draw = np.random.default_rng(zlib.crc32(f"{trial.name} {change}".encode()))
    walk = CHANGES[change](with_sensors(walk, sensors), draw)
    if not walk.events:
        return None
    found = analyze_table(walk.table).events
    any_side, right_side = score_events_sides_ignored(walk.events, found, EventKind.IC, walk.turns)
    initial, final = (score_events(walk.events, found, kind, walk.turns) for kind in (EventKind.IC, EventKind.FC))
    return Found(initial, final, any_side, right_side, not found)


def row(label: str, columns: Sequence[Sequence[Found]]) -> str:
    """A line of the table: what was changed, and one cell for every column of walks."""
    return f"| {label} | " + " | ".join(map(cell, columns)) + " |"


def cell(found: Sequence[Found]) -> str:
    """F1 of initial contacts and, where there is a reference, of final ones; wrong sides and silent walks if any."""
    initial, final = pooled(one.initial for one in found), pooled(one.final for one in found)
    matched = sum(one.any_side.matched for one in found)
    wrong, silent = matched - sum(one.right_side for one in found), sum(one.silent for one in found)
    said = [f"{initial.f1:.3f}" + (f" / {final.f1:.3f}" if final.matched + final.missed else "")]
    said += [f"{100.0 * wrong / matched:.1f} % wrong sides"] if wrong else []
    said += [f"{silent} of {len(found)} silent"] if silent else []
    return ", ".join(said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Play the recordings of others otherwise and score the events.")
    parser.add_argument("datasets", type=Path, help="folder that holds the sets, for example ../shared/datasets")
    parser.add_argument("--markdown", type=Path, help="page whose tables are to be replaced (docs/validation.md)")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="trials at a time (default 1)")
    options = parser.parse_args(arguments)
    try:
        sets = {name: load_trials(options.datasets, name) for name in SETS}
    except (FileNotFoundError, NotADirectoryError) as error:
        print(f"{error}. Name the folder that holds the sets {', '.join(SETS)}.", file=sys.stderr)
        return 2
    with ProcessPoolExecutor(options.jobs) as pool:

        def column(name: str, change: str, sensors: Sensors = ()) -> list[Found]:
            scored = pool.map(partial(run, change=change, sensors=sensors), sets[name], chunksize=1)
            return [found for found in scored if found is not None]

        lines = [f"| | {' | '.join(SETS)} |", "|---" * (1 + len(SETS)) + "|"]
        lines += [row(change, [column(name, change) for name in SETS]) for change in CHANGES]
        lines += [
            "",
            f"| set, only these sensors | {' | '.join(FEWER_CHANGES)} |",
            "|---" * (1 + len(FEWER_CHANGES)) + "|",
        ]
        lines += [
            row(f"{name}: {', '.join(sensors)}", [column(name, change, sensors) for change in FEWER_CHANGES])
            for name, choices in FEWER.items()
            for sensors in choices
        ]
    text = "\n".join(lines)
    print(text)
    if options.markdown:
        replace_part(options.markdown, "unlike", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
