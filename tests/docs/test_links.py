"""Links lead somewhere, figures are shown, and files that are named are there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors, links, name_of, text_of

FIGURES = sorted((DOCS / "figures").glob("*.svg"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.is_relative_to(ROOT) or not target.exists():
            broken.append(f"{link}: there is no such file in the repository")
        elif anchor and anchor not in anchors(target):
            broken.append(f"{link}: {name_of(target)} has no such heading")
    assert not broken, "\n".join(broken)


def test_every_page_can_be_found_from_the_index() -> None:
    index = DOCS / "README.md"
    seen, ahead = {index}, [index]
    while ahead:
        page = ahead.pop()
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in seen:
                seen.add(target)
                ahead.append(target)
    assert [name_of(page) for page in PAGES if page.is_relative_to(DOCS) and page not in seen] == []


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_is_shown_and_says_in_words_what_it_shows(figure: Path) -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    assert figure in shown
    root = ET.parse(figure).getroot()
    svg = {"svg": "http://www.w3.org/2000/svg"}
    assert root.find("svg:title", svg) is not None
    assert root.find("svg:desc", svg) is not None
    assert root.get("viewBox") is not None
    assert not [element.tag for element in root.iter() if element.tag.endswith(("script", "image"))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_are_there(page: Path) -> None:
    folders = "firmware_protocol|sensor|pipeline|models|gaitchain|tests|benchmarks|docs"
    named = re.findall(rf"`((?:{folders})/[\w./-]*\w)`", text_of(page))
    assert [name for name in named if not (ROOT / name).exists()] == []
