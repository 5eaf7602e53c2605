"""Exit codes, and the one place where an exception becomes a sentence and a code."""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends; tools outside rely on these."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3  # the input cannot be read or is refused
    NO_DEVICE = 4  # no device, or its connection is lost
    INVALID = 5  # the verdict is invalid (or attention with --strict); the files are written
    PARTIAL = 6  # part of a batch failed
    INTERRUPTED = 130


class GaitchainError(Exception):
    """An error that the user can do something about; the message is one sentence or two.

    Attributes
    ----------
    code : ExitCode
        What the process ends with.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.UNEXPECTED) -> None:
        super().__init__(message)
        self.code = code


def explain(error: Exception) -> tuple[str, ExitCode] | None:
    """A sentence for stderr and the exit code, or None for a mistake of the program."""
    # Looked up only once something failed: `gaitchain --help` must not load numpy.
    from gaitchain.outputs import OutputError
    from sensor.recording import RecordingError

    match error:
        case GaitchainError():
            return str(error), error.code
        case RecordingError():
            return str(error), ExitCode.REFUSED
        case OutputError():
            return str(error), ExitCode.UNEXPECTED
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            where = f" of {error.filename}" if error.filename else ""
            return f"The disk{where} is full: free some space, then run it again.", ExitCode.UNEXPECTED
        case OSError():
            what = error.strerror or str(error)
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{what}; check the path and its access rights.", ExitCode.UNEXPECTED
        case MemoryError():
            return "Not enough memory for this recording: close other programs, or cut it.", ExitCode.UNEXPECTED
    return None
