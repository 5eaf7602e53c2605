"""What can go wrong in the store, each as a sentence for the therapist."""

from __future__ import annotations

from gaitchain.errors import ExitCode, GaitchainError


class StoreError(GaitchainError):
    """The store cannot do it; the message says why and what to do."""

    def __init__(self, message: str, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message, code)


class NotFound(StoreError):  # noqa: N818  reads as what it is: `except NotFound`
    """There is no such patient, session or user."""


class Conflict(StoreError):  # noqa: N818
    """There is one already."""
