"""What is recorded: which node is worn where, by whom. It travels in the journal, so the journal explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensor.person import Person
from sensor.recording.journal import StateChange
from sensor.recording.sidecar import parse_sidecar, person_said
from sensor.recording.table import RecordingError
from sensor.samples import Placement

RECORDING = "recording"  # states of the session that readers of a journal act on
STOPPED = "stopped"
UNMARKED = "unmarked"  # the last marker is taken back


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """Settled when the recording proper begins, after the preflight.

    Attributes
    ----------
    placements : mapping of node to Placement
    rates_hz : mapping of node to nominal rate
    name : str
        What results call the recording.
    protocol, condition : str
        What was walked, and how; see ``SessionInfo``.
    """

    placements: Mapping[str, Placement]
    rates_hz: Mapping[str, float]
    person: Person = field(default_factory=Person)
    name: str = ""
    protocol: str = ""
    condition: str = ""

    @property
    def rates_by_placement(self) -> dict[Placement, float]:
        """Nominal rates as an analysis wants them."""
        return {placement: self.rates_hz[node] for node, placement in self.placements.items()}

    def begun(self, host_ns: int) -> StateChange:
        """The record that begins the recording proper."""
        detail: dict[str, Any] = {
            "placements": {node: placement.value for node, placement in self.placements.items()},
            "rates_hz": dict(self.rates_hz),
            "person": person_said(self.person),
            "name": self.name,
            "protocol": self.protocol,
            "condition": self.condition,
        }
        return StateChange(host_ns, "", RECORDING, detail)

    @classmethod
    def of(cls, change: StateChange) -> RecordingPlan:
        """The plan in such a record; RecordingError if it makes no sense."""
        detail = change.detail
        try:
            return cls(
                placements={str(node): Placement(value) for node, value in detail["placements"].items()},
                rates_hz={str(node): float(rate) for node, rate in detail["rates_hz"].items()},
                person=parse_sidecar(Path("journal"), detail["person"]).person,
                name=str(detail["name"]),
                protocol=str(detail.get("protocol", "")),
                condition=str(detail.get("condition", "")),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise RecordingError(f"The journal's plan of the recording makes no sense ({error}).") from error
