"""The recordings that speed is measured on: simulated by the command line, and longer ones by tiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.perf_processes import printed, python
from sensor.recording import RecordingTable, read_recording, write_recording
from sensor.samples import HIPS, KNEES, Placement

FOUR = (*KNEES, *HIPS)


def tiled(table: RecordingTable, times: int) -> RecordingTable:
    """A recording one after itself, several times, the time running on at the nominal rate."""
    span_s = float(table.time_s[-1] - table.time_s[0]) + 1.0 / table.rate_hz
    shift_s = np.repeat(np.arange(times) * span_s, len(table))
    return replace(
        table,
        time_s=np.tile(table.time_s, times) + shift_s,
        acc_m_s2={p: np.tile(values, (times, 1)) for p, values in table.acc_m_s2.items()},
        gyr_rad_s={p: np.tile(values, (times, 1)) for p, values in table.gyr_rad_s.items()},
    )


@dataclass(frozen=True, slots=True)
class Walks:
    """Recordings in a folder, each made when it is first asked for."""

    folder: Path

    def simulated(self, duration_s: int, loss: float = 0.0, placements: tuple[Placement, ...] = FOUR) -> Path:
        """CSV of one simulated patient, as `gaitchain simulate` writes it."""
        path = self.folder / f"{duration_s}s-{loss:g}-{len(placements)}.csv"
        if not path.exists():
            options = ("--pathway", "antalgic_knee", "--duration", str(duration_s), "--loss", str(loss), "--seed", "1")
            worn = ",".join(placements)
            printed(python("-m", "gaitchain", "simulate", "-o", path, *options, "--placements", worn))
        return path

    def parquet(self, duration_s: int) -> Path:
        """The same recording as it stands in a session folder."""
        return self._rewritten(self.simulated(duration_s), 1, ".parquet")

    def four_times(self, duration_s: int) -> Path:
        """CSV of the recording four times over."""
        return self._rewritten(self.simulated(duration_s), 4, ".csv")

    def in_bouts(self, duration_s: int, bout_s: int, placements: tuple[Placement, ...] = FOUR) -> Path:
        """CSV of a short walk over and over, each with its standing, for at least the duration."""
        bout = self.simulated(bout_s, placements=placements)
        return self._rewritten(bout, -(-duration_s // bout_s), ".csv")

    def _rewritten(self, recording: Path, times: int, ending: str) -> Path:
        path = self.folder / f"{recording.stem}-by-{times}{ending}"
        if not path.exists():
            write_recording(tiled(read_recording(recording), times), path)
        return path
