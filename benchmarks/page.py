"""Generated parts of a page that is otherwise written by hand."""

from __future__ import annotations

from pathlib import Path


def replace_part(path: Path, part: str, text: str) -> None:
    """Replace what stands between the marker lines ``<!-- begin PART -->`` and ``<!-- end PART -->`` of a page.

    Raises
    ------
    ValueError
        If the page does not hold both markers; it is left as it is.
    """
    begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
    before, first, rest = path.read_text(encoding="utf-8").partition(begin)
    _, second, after = rest.partition(end)
    if not first or not second:
        raise ValueError(f"{path} lacks the lines {begin!r} and {end!r}; the tables go between them")
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
