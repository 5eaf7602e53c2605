"""One node's way through a session: events in, actions out. No time, no link, no task in here."""

from __future__ import annotations

from dataclasses import dataclass, field

from sensor.acquisition.states import (
    Action,
    Closed,
    ConnectAsked,
    Event,
    Failed,
    Fetched,
    Finished,
    Greeted,
    NodeParams,
    NodeState,
    Opened,
    Started,
    StopAsked,
    StreamAsked,
    Ticked,
)

S = NodeState
_LINKED = (S.CONNECTING, S.READY, S.STREAMING, S.BACKFILLING, S.RECONNECTING)


@dataclass(slots=True)
class NodeMachine:
    """The state of one node and the rules that change it.

    Attributes
    ----------
    why : str
        Why it was lost or is unusable, for a person; empty while all is well.
    losses : int
        How often its link ended after it had stood.
    """

    params: NodeParams = field(default_factory=NodeParams)
    state: NodeState = S.SEEN
    why: str = ""
    losses: int = 0
    _stream: bool = False  # asked to stream
    _met: bool = False  # has been ready once
    _attempt: int = 0  # since the link last held
    _final: bool = False
    _opening: bool = False
    _retry_s: float = 0.0
    _since_s: float = 0.0  # in the present state
    _linked_s: float = 0.0  # since when the link holds
    _ticked_s: float | None = None
    _fetched_s: float = 0.0

    def on(self, event: Event) -> list[Action]:
        """Take an event; return what is to be done now. What comes too late for the present state is ignored."""
        match event:
            case ConnectAsked() if self.state is S.SEEN:
                return self._open(S.CONNECTING, event.at_s)
            case StreamAsked():
                self._stream = True
                return [Action.START] if self.state is S.READY else []
            case StopAsked() if not self.state.over:
                return self._stop(event.at_s)
            case Failed():
                return self._failed(event)
            case Ticked():
                return self._ticked(event)
        return self._progress(event)

    def _progress(self, event: Event) -> list[Action]:
        match event, self.state:
            case Opened(), S.CONNECTING | S.RECONNECTING:
                return [Action.GREET]
            case Greeted(), S.CONNECTING | S.RECONNECTING:
                self._opening, self._met, self.why = False, True, ""
                self._linked_s = event.at_s
                self._enter(S.READY, event.at_s)
                return [Action.START] if self._stream else []
            case Started(), S.READY:
                self._linked_s = event.at_s
                self._enter(S.STREAMING, event.at_s)
            case Fetched(), S.BACKFILLING:
                self._fetched_s = event.at_s
                self._enter(S.STREAMING, event.at_s)
            case Finished(), S.STOPPING:
                self._enter(S.STOPPED, event.at_s)
                return [Action.CLOSE]
            case Closed(), S.LOST:
                return self._lost_and_closed(event.at_s)
        return []

    def _open(self, state: NodeState, at_s: float) -> list[Action]:
        action = Action.OPEN if self._attempt == 0 else Action.SEARCH
        self._attempt += 1
        self._opening = True
        self._enter(state, at_s)
        return [action]

    def _stop(self, at_s: float) -> list[Action]:
        if self.state is S.STOPPING:
            return []
        if self.state.live:
            self._enter(S.STOPPING, at_s)
            return [Action.FINISH]
        self._enter(S.STOPPED, at_s)
        return [Action.CLOSE]

    def _failed(self, event: Failed) -> list[Action]:
        if self.state is S.STOPPING:
            self.why = event.why
            self._enter(S.STOPPED, event.at_s)
            return [Action.CLOSE]
        if self.state not in _LINKED or (self.state is S.RECONNECTING and not self._opening):
            return []
        self.why, self._final, self._opening = event.why, event.final, False
        self.losses += self.state in (S.READY, S.STREAMING, S.BACKFILLING)
        self._enter(S.LOST, event.at_s)
        return [Action.CLOSE]

    def _lost_and_closed(self, at_s: float) -> list[Action]:
        if self._final or (not self._met and self._attempt >= self.params.first_tries):
            self._enter(S.UNUSABLE, at_s)
            return []
        backoff_s = self.params.backoff_s
        self._retry_s = at_s + backoff_s[min(self._attempt, len(backoff_s) - 1)]
        self._enter(S.RECONNECTING, at_s)
        return []

    def _ticked(self, tick: Ticked) -> list[Action]:
        at_s, params = tick.at_s, self.params
        late_s = 0.0 if self._ticked_s is None else at_s - self._ticked_s - params.tick_s
        stalled = late_s > params.stalled_s
        self._ticked_s = at_s
        if self.state is S.RECONNECTING and not self._opening and at_s >= self._retry_s:
            return self._open(S.RECONNECTING, at_s)
        if self.state is S.STOPPING and at_s - self._since_s > params.finish_s:
            return self.on(Failed(at_s, f"It did not give its last samples within {params.finish_s:g} s."))
        if not (self.state.live or self.state is S.READY) or stalled:
            return []
        limit_s = params.silent_s if self.state.live else params.quiet_s
        quiet_s = at_s - max(tick.heard_s, self._linked_s)
        if quiet_s > limit_s:
            return self.on(Failed(at_s, f"It has said nothing for {quiet_s:.1f} s."))
        if self.state is S.STREAMING:
            if at_s - self._linked_s >= params.steady_s:
                self._attempt = 0
            if tick.holes and at_s - self._fetched_s >= params.fetch_every_s:
                self._enter(S.BACKFILLING, at_s)
                return [Action.FETCH]
        return []

    def _enter(self, state: NodeState, at_s: float) -> None:
        self.state, self._since_s = state, at_s
