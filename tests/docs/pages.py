"""The documentation as a reader sees it: pages, links, headings, tables, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(r"^(```+)[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*#*$", re.MULTILINE)


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


@cache
def text_of(page: Path) -> str:
    """The page's text."""
    return page.read_text(encoding="utf-8")


def blocks_of_code(page: Path) -> list[str]:
    """Fenced and indented code."""
    text = text_of(page)
    fenced = [found[2] for found in _FENCE.finditer(text)]
    prose = _FENCE.sub("", text)
    return fenced + re.findall(r"(?:^(?: {4}).*\n)+", prose, re.MULTILINE)


def links(page: Path) -> list[str]:
    """Targets of the links and pictures outside code."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text_of(page)))
    return _LINK.findall(prose)


@cache
def anchors(page: Path) -> frozenset[str]:
    """What `#...` may name on a page: its headings, spelled as GitHub does."""
    found: set[str] = set()
    for _, heading in _HEADING.findall(_FENCE.sub("", text_of(page))):
        plain = _LINK.sub(lambda link: link[0][1 : link[0].index("]")], heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        again = 0
        while (name := slug if not again else f"{slug}-{again}") in found:
            again += 1
        found.add(name)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its heading; cells without their code marks."""

    page: Path
    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]


def tables(page: Path) -> Iterator[Table]:
    """Every table of a page, with the heading it stands under; headings without their code marks."""
    heading, lines = "", _FENCE.sub("", text_of(page)).splitlines()
    start = 0
    for at, line in enumerate([*lines, ""]):
        if found := _HEADING.match(line):
            heading = found[2].replace("`", "")
        if line.startswith("|"):
            continue
        if at - start >= 3:
            header, _, *rows = (_cells(row) for row in lines[start:at])
            yield Table(page, heading, header, tuple(rows))
        start = at + 1


def tables_with(first: str, pages: Sequence[Path] = PAGES) -> list[Table]:
    """All tables whose first column has this title."""
    return [table for page in pages for table in tables(page) if table.header[0] == first]


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|"))


def named(path: str) -> Any:
    """What a dotted path names in the code; AttributeError or ModuleNotFoundError when it names nothing."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            if count == 1:
                raise
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(path)
