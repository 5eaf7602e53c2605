"""Where a live recording stands, as the pages know it."""

from __future__ import annotations

from enum import StrEnum

from gaitchain.errors import ExitCode, GaitchainError


class LivePhase(StrEnum):
    """From strapping on to the verdict."""

    IDLE = "idle"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    PLACING = "placing"  # the sensors stream; who is worn where may change
    CHECKING = "checking"
    CALIBRATING = "calibrating"
    READY = "ready"
    RECORDING = "recording"
    STOPPING = "stopping"
    VERDICT = "verdict"
    FAILED = "failed"

    @property
    def running(self) -> bool:
        """Whether there are sensors at work, or looked for."""
        return self not in (LivePhase.IDLE, LivePhase.VERDICT, LivePhase.FAILED)


BEFORE_WALK = (
    LivePhase.SEARCHING,
    LivePhase.CONNECTING,
    LivePhase.PLACING,
    LivePhase.CHECKING,
    LivePhase.CALIBRATING,
    LivePhase.READY,
)


class NotNow(GaitchainError):  # noqa: N818 - it reads as a sentence where it is raised
    """What was asked does not fit what is going on; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.USAGE)
