"""What a process costs, and the ratio of two things that were measured turn by turn."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Costs of two things, pair by pair; the pairs were measured one after the other."""

    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def each(self) -> tuple[float, ...]:
        """First over second, one value a pair."""
        return tuple(a / b for a, b in zip(self.first, self.second, strict=True))

    @property
    def value(self) -> float:
        """Median over the pairs."""
        return median(self.each)


def interleaved(first: Callable[[], float], second: Callable[[], float], repetitions: int) -> Ratio:
    """Cost of each, turn by turn; which comes first alternates, so that a machine that slows down favours neither."""
    costs: tuple[list[float], list[float]] = ([], [])
    for repetition in range(repetitions):
        turns = ((first, costs[0]), (second, costs[1]))
        for run, into in turns if repetition % 2 == 0 else turns[::-1]:
            into.append(run())
    return Ratio(tuple(costs[0]), tuple(costs[1]))


def python(*arguments: object) -> list[str]:
    """The command that runs this interpreter."""
    return [sys.executable, *map(str, arguments)]


def cpu_s(command: Sequence[str]) -> float:
    """CPU seconds, user and system, of a whole process with all of its threads.

    Raises
    ------
    RuntimeError
        The process failed; the message holds the end of what it said.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said.read()[-2000:].decode()}")
    return used.ru_utime + used.ru_stime


def printed(command: Sequence[str]) -> str:
    """What a process writes to stdout."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def peak_rss_mb() -> float:
    """Largest resident memory of this process so far, MB.

    Not ``ru_maxrss``: that one also holds what the parent had in use when it started this process.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("/proc/self/status has no line VmHWM; peak memory is measured on Linux only")
