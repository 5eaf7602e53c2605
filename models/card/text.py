"""How figures and tables are written in a model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def figure(value: Sequence[float] | None, *, percent: bool = False, sign: bool = False, places: int = 3) -> str:
    """``[value, low, high]`` as text: the value and its interval."""
    if value is None:
        return "not known"
    form = "{:.1f}" if percent else f"{{:{'+' if sign else ''}.{places}f}}"
    one, low, high = (form.format(100.0 * v if percent else v) for v in value)
    return f"{one} % ({low} to {high})" if percent else f"{one} ({low} to {high})"


def share(value: float | None) -> str:
    """A share as per cent."""
    return "not known" if value is None else f"{100.0 * value:.1f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"
