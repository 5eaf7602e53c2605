"""The goals of speed: what was asked for, what was reached, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for, before anything was measured."""

    number: int
    what: str
    gate: float
    goal: float
    unit: str = "x"
    larger_is_better: bool = False

    def meets(self, value: float, limit: float) -> bool:
        """Whether a value is within a limit."""
        return value >= limit if self.larger_is_better else value <= limit

    def shown(self, value: float) -> str:
        """A value with its unit."""
        if self.unit == "equal":
            return "bit-equal" if value == 1.0 else "not equal"
        text = f"{value:.0f}" if self.unit in {"patients", "ms"} else f"{value:.2f}" if value < 10.0 else f"{value:.1f}"
        return f"{text}{'x' if self.unit == 'x' else f' {self.unit}'}"

    def limit(self, value: float) -> str:
        """A limit with its direction."""
        if self.unit == "equal":
            return self.shown(value)
        number = f"{value:g}"
        return f"{'>=' if self.larger_is_better else '<='} {number}{'x' if self.unit == 'x' else f' {self.unit}'}"


_ALL = (
    Target(1, "whole analysis of the 1-h CSV, files written, CPU / parse-only process", 5.0, 2.5),
    Target(2, "the same from Parquet, CPU / parse-only process of the CSV", 2.5, 1.2),
    Target(3, "CPU a sensor-hour, skdh / this program", 10.0, 30.0, larger_is_better=True),
    Target(4, "CPU a sensor-hour, mobgap / this program", 20.0, 80.0, larger_is_better=True),
    Target(5, "CPU of the 4-h CSV / the 1-h CSV", 4.2, 4.0),
    Target(6, "streaming, peak memory of 4 h minus that of 10 min", 10.0, 2.0, "MB"),
    Target(7, "engine on a chunk of 10 samples of four sensors, CPU / one sosfilt call on it", 3.0, 1.2),
    Target(8, "results for chunks of 1, 7, 10, 100 samples against the whole file", 1.0, 1.0, "equal", True),
    Target(9, "from the last needed sample to the stride in the browser, p99", 100.0, 30.0, "ms"),
    Target(10, "patients analysed live at once on 2 cores", 100.0, 500.0, "patients", larger_is_better=True),
    Target(11, "`gaitchain --help`, CPU / bare Python", 8.0, 4.0),
)
TARGETS = {target.number: target for target in _ALL}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was reached; ``value`` is None when it could not be measured, and ``note`` says why."""

    target: Target
    value: float | None
    lowest: float | None = None
    highest: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Met or not, in words."""
        if self.value is None:
            return "not measured"
        if self.target.meets(self.value, self.target.goal):
            return "goal met"
        return "gate met, goal not met" if self.target.meets(self.value, self.target.gate) else "gate not met"

    @property
    def cells(self) -> tuple[str, ...]:
        """One row of the table."""
        target = self.target
        reached = "" if self.value is None else target.shown(self.value)
        both = self.lowest is not None and self.highest is not None
        between = f"{target.shown(self.lowest or 0.0)} to {target.shown(self.highest or 0.0)}" if both else ""
        return (
            str(target.number), target.what, reached, between, target.limit(target.gate), target.limit(target.goal),
            self.verdict,
        )  # fmt: skip


HEADINGS = ("goal", "what", "measured", "lowest to highest", "gate", "goal", "in words")


def as_markdown(outcomes: list[Outcome], facts: list[str]) -> str:
    """Table of the outcomes, their notes, and the machine's facts."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(outcome.cells for outcome in outcomes)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    notes = "\n".join(f"- Goal {o.target.number}: {o.note}" for o in outcomes if o.note)
    return f"{table}\n\n{notes}\n\nMeasured on: {'; '.join(facts)}."
