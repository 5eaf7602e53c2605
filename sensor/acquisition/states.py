"""A node in a session: its states, what can happen to it, and what is then to be done. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeState(StrEnum):
    """Where a node stands."""

    SEEN = "seen"  # known, nothing asked of it yet
    CONNECTING = "connecting"
    READY = "ready"  # connected and set up, not streaming
    STREAMING = "streaming"
    BACKFILLING = "backfilling"  # streaming, and samples that were missed are being fetched
    LOST = "lost"  # its link ended and is being cleaned up
    RECONNECTING = "reconnecting"  # readers of a journal act on it
    STOPPING = "stopping"  # the last samples are being fetched
    STOPPED = "stopped"
    UNUSABLE = "unusable"  # refused, or never reached: trying again does not help

    @property
    def over(self) -> bool:
        """Nothing more will happen."""
        return self in (NodeState.STOPPED, NodeState.UNUSABLE)

    @property
    def live(self) -> bool:
        """Samples come as they are taken."""
        return self in (NodeState.STREAMING, NodeState.BACKFILLING)


@dataclass(frozen=True, slots=True)
class NodeParams:
    """How patient a session is with a node."""

    tick_s: float = 0.25  # a quarter of the shortest silence that matters
    silent_s: float = 1.0  # four of the longest batches; a radio stall of 0.3 s is common and shall pass
    quiet_s: float = 5.0  # before START only pongs come; two pings may be lost
    stalled_s: float = 0.25  # a tick later than that: we were held up ourselves, and what arrived is still queued
    backoff_s: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 5.0)  # most losses last a moment; a ring holds 30 s or more
    steady_s: float = 5.0  # a link that held so long starts the back-off anew
    first_tries: int = 3  # a node that has never answered by then is off, empty or far away
    fetch_every_s: float = 0.5  # holes of one lost frame are fetched together with the next one's
    finish_s: float = 15.0  # 60 s of samples come in 9; a therapist waits no longer


# What can happen. ``at_s`` is the event loop's time.


@dataclass(frozen=True, slots=True)
class ConnectAsked:
    """The session wants the node."""

    at_s: float


@dataclass(frozen=True, slots=True)
class StreamAsked:
    """The session wants its samples."""

    at_s: float


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The session ends."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The link stands."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Greeted:
    """The node has introduced itself and is set up."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Started:
    """The node streams."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The link ended, could not be opened, or the node does not do what it is asked.

    Attributes
    ----------
    final : bool
        Trying again will not help.
    """

    at_s: float
    why: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The lost link is cleaned up."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """An attempt to fetch missed samples has ended."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The node has stopped and given what it had."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time has passed.

    Attributes
    ----------
    heard_s : float
        When the last frame came; while streaming, the last samples: a node that forgot its session still answers.
    holes : bool
        There are missed samples that may be fetched now.
    """

    at_s: float
    heard_s: float
    holes: bool = False


Event = (
    ConnectAsked | StreamAsked | StopAsked | Opened | Greeted | Started | Failed | Closed | Fetched | Finished | Ticked
)


class Action(StrEnum):
    """What is to be done; each ends in an event."""

    OPEN = "open"  # Opened or Failed
    SEARCH = "search"  # look for the node again, then open: Opened or Failed
    GREET = "greet"  # Greeted or Failed
    START = "start"  # Started or Failed
    FETCH = "fetch"  # Fetched or Failed
    FINISH = "finish"  # Finished or Failed
    CLOSE = "close"  # Closed
