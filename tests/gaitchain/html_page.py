"""Reads a report back: its text, its machine-readable numbers, its headings and its images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

VOID = {"meta", "br", "hr", "img", "link", "input"}
SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Page(HTMLParser):
    """Parsed page; raises when a tag is closed that is not open."""

    html: str
    words: list[str] = field(default_factory=list)
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)  # key: exact value, text as printed
    headings: list[tuple[str, str]] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)  # tag, attribute, value
    rows: list[str] = field(default_factory=list)  # text of each table row and list item
    tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, int]] = []
        self._key = ""
        self.feed(self.html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append((tag, len(self.words)))
        if tag == "data":
            given = dict(attrs)
            self._key = given["data-key"] or ""
            assert self._key not in self.numbers, f"{self._key} is printed twice"
            self.numbers[self._key] = (given["value"] or "", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        opened, start = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        content = " ".join("".join(self.words[start:]).split())
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((tag, content))
        if tag in ("tr", "li"):
            self.rows.append(content)
        if tag == "data":
            self.numbers[self._key] = (self.numbers[self._key][0], content)

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][0] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """Everything a reader sees or hears, in order."""
        return " ".join("".join(self.words).split())

    @property
    def images(self) -> list[ET.Element]:
        """The inline SVG images, each parsed as XML."""
        return [ET.fromstring(image) for image in re.findall(r"<svg.*?</svg>", self.html, re.DOTALL)]

    def image(self, name: str) -> ET.Element:
        """The image of that name."""
        (found,) = (image for image in self.images if image.get("aria-labelledby", "").startswith(f"{name}-title"))
        return found
