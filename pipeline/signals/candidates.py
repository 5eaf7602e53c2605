"""Of candidates that stand too close together, the strongest stays."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Candidate(Protocol):
    """Something with a place on the grid and a strength."""

    @property
    def at(self) -> float:
        """Grid index."""
        ...

    @property
    def strength(self) -> float:
        """The larger, the likelier."""
        ...


C = TypeVar("C", bound=Candidate)


class Refractory(Generic[C]):
    """Candidates in order in, those released that no stronger one within ``distance`` samples can displace.

    What is released depends on the sequence of candidates alone, never on when it is asked.
    """

    def __init__(self, distance: float) -> None:
        self.distance = distance
        self.held: C | None = None

    def push(self, candidate: C) -> list[C]:
        """Take the next candidate; return the one before when it stands for good."""
        held = self.held
        if held is None or candidate.at - held.at >= self.distance:
            self.held = candidate
            return [] if held is None else [held]
        if candidate.strength > held.strength:
            self.held = candidate
        return []

    def settle(self, up_to: float) -> list[C]:
        """Release the held candidate when every candidate before the index ``up_to`` has been pushed."""
        held = self.held
        if held is None or up_to - held.at < self.distance:
            return []
        self.held = None
        return [held]

    def finish(self) -> list[C]:
        """Release what is held."""
        held, self.held = self.held, None
        return [] if held is None else [held]
