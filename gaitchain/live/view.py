"""Who stands at the computer while a recording runs: a terminal with keys, or nobody and a log."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gaitchain.analysis import Analysis
from gaitchain.live.grades import BATTERY_PCT, CLOCK_S, GAP_S, LOSS_PCT, Steps
from gaitchain.live.keys import Keys
from gaitchain.live.numbers import Walked
from gaitchain.live.recorder import MARKERS, STOP_KEY, Desk, Moment, Phase
from gaitchain.report.words import PLACEMENTS, spoken
from sensor.acquisition.checks import Outcome
from sensor.acquisition.finding import Found
from sensor.acquisition.session import NodeView
from sensor.acquisition.states import NodeState
from sensor.samples import Placement, Side

REFRESH_HZ = 4
STYLES = ("", "bold yellow", "bold red")
SIGNS = ("", "!", "!!")  # never colour alone
TOLD = 4  # last sentences kept in view


class PlainDesk:
    """Nobody is there: sentences go to stderr, nothing is asked."""

    attended = False

    def tell(self, sentence: str) -> None:
        click.echo(sentence, err=True)

    def show(self, moment: Moment) -> None:
        """Nobody looks."""

    def place(self, node: Found) -> Placement | None:
        """Nobody answers."""
        del node
        return None

    async def key(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError  # never reached

    def forget(self) -> None:
        """There are no keys."""

    def concluded(self, analysis: Analysis | None) -> None:
        """It is printed once everything is written."""


@dataclass(slots=True)
class TerminalDesk:
    """A person at a terminal: a table that is alive, and keys."""

    keys: Keys
    _moment: Moment | None = None
    _told: list[str] = field(default_factory=list)
    _alive: bool = False  # the table is on the screen

    attended = True

    def tell(self, sentence: str) -> None:
        self._told = [*self._told, sentence][-TOLD:]
        if not self._alive:
            click.echo(sentence, err=True)

    def show(self, moment: Moment) -> None:
        self._moment = moment

    def place(self, node: Found) -> Placement | None:
        choice = click.Choice([*(p.value for p in Placement), "none"])
        answer = click.prompt(f"Where is sensor {node.name} worn?", type=choice, default="none", err=True)
        return None if answer == "none" else Placement(answer)

    async def key(self) -> str:
        return await self.keys.next()

    def forget(self) -> None:
        self.keys.forget()

    def concluded(self, analysis: Analysis | None) -> None:
        """It is printed once everything is written."""

    def on_screen(self, alive: bool) -> None:
        """Whether the table is there; without it sentences are printed as they come."""
        self._alive = alive

    def __rich__(self) -> RenderableType:
        told = Text("\n".join(self._told), style="dim")
        return told if self._moment is None else Group(rendered(self._moment), told)


def desk() -> Desk:
    """The desk that fits where we run: whoever sits at a terminal sees the recording live and can be asked."""
    return TerminalDesk(Keys()) if sys.stdin.isatty() and sys.stderr.isatty() else PlainDesk()


@contextmanager
def alive(one: Desk) -> Iterator[None]:
    """Show a terminal's view while in the context."""
    if not isinstance(one, TerminalDesk):
        yield
        return
    with one.keys, Live(one, console=Console(stderr=True, highlight=False), refresh_per_second=REFRESH_HZ):
        one.on_screen(True)
        try:
            yield
        finally:
            one.on_screen(False)


def rendered(moment: Moment) -> RenderableType:
    """A moment of the recording as a terminal shows it."""
    return Group(_head(moment), _nodes(moment.nodes), _walk(moment.walked), _checks(moment), _keys(moment))


def _head(moment: Moment) -> Text:
    line = Text(moment.phase.value.upper(), style="bold")
    if moment.phase in (Phase.RECORDING, Phase.STOPPING):
        minutes, seconds = divmod(int(moment.elapsed_s), 60)
        line.append(f"  {minutes}:{seconds:02d}")
        if moment.duration_s is not None:
            line.append(f" of {int(moment.duration_s) // 60}:{int(moment.duration_s) % 60:02d}", style="dim")
    if moment.said:
        left = f"  {moment.left_s:.0f} s left" if moment.left_s else ""
        line.append(f"  {moment.said}{left}", style="bold")
    if moment.marker:
        line.append(f"   last marker: {moment.marker}", style="dim")
    return line


def _nodes(nodes: tuple[NodeView, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("Sensor", "", "State"):
        table.add_column(title)
    for title in ("Hz", "loss %", "gap s", "battery", "clock ms", "late ms", "ppm", "missing"):
        table.add_column(title, justify="right")
    for view in nodes:
        table.add_row(*_row(view))
    return table


def _row(view: NodeView) -> list[RenderableType]:
    vitals = view.vitals
    lost = view.state in (NodeState.LOST, NodeState.RECONNECTING, NodeState.UNUSABLE)
    state = Text(f"{view.state.value}{' !!' if lost else ''}", style=STYLES[2] if lost else "")
    return [
        Text(spoken(view.placement.value, PLACEMENTS)),
        Text(view.name, style="dim"),
        state,
        _number(vitals.rate_hz, "{:.0f}"),
        _graded(vitals.loss_pct, "{:.1f}", LOSS_PCT),
        _graded(vitals.gap_s, "{:.2f}", GAP_S),
        _graded(vitals.battery_pct, "{} %", BATTERY_PCT),
        _graded(vitals.clock_uncertainty_s, "{:.1f}", CLOCK_S, 1e3),
        _number(vitals.clock_residual_s, "{:.0f}", 1e3),
        _number(vitals.clock_drift_ppm, "{:+.0f}"),
        _number(vitals.missing + vitals.gone, "{:.0f}"),
    ]


def _number(value: float | None, form: str, scale: float = 1.0) -> Text:
    return Text("" if value is None else form.format(value * scale))


def _graded(value: float | None, form: str, steps: Steps, scale: float = 1.0) -> Text:
    if value is None:
        return Text("")
    grade = steps.grade(value)
    shown = form.format(value * scale if scale != 1.0 else value)
    return Text(f"{SIGNS[grade]} {shown}".strip(), style=STYLES[grade])


def _walk(walked: Walked) -> Text:
    left, right = (f"{walked.valid[side]} of {walked.strides[side]}" for side in (Side.LEFT, Side.RIGHT))
    line = Text(f"Strides used: left {left}, right {right}.")
    if walked.cadence_spm is not None:
        line.append(f"  Cadence {walked.cadence_spm:.0f} steps/min.")
    for name, value in (("Stance", walked.stance_asymmetry_pct), ("Step", walked.step_asymmetry_pct)):
        if value is not None:
            longer = "even" if abs(value) < 0.5 else f"{'left' if value > 0 else 'right'} {abs(value):.0f} % longer"
            line.append(f"  {name} time: {longer}.")
    return line


def _checks(moment: Moment) -> Text:
    lines = Text()
    for check in moment.checks:
        if check.sentence:
            grade = {Outcome.WARN: 1, Outcome.FAIL: 2}.get(check.outcome, 0)
            lines.append(f"{SIGNS[grade] or '-'} {check.sentence}\n", style=STYLES[grade])
    if moment.phase is Phase.CHECKING and moment.checks and not lines:
        lines.append("All checks passed.\n", style="bold green")
    return lines


def _keys(moment: Moment) -> Text:
    match moment.phase:
        case Phase.CHECKING | Phase.READY:
            return Text(f"Space: begin   {STOP_KEY}: leave", style="bold")
        case Phase.CALIBRATING:
            return Text(f"Space: leave it out   {STOP_KEY}: leave", style="bold")
        case Phase.RECORDING:
            marks = "   ".join(f"{key}: {label}" for key, label in MARKERS.items())
            return Text(f"{STOP_KEY}: stop   mark {marks}", style="bold")
    return Text("")
