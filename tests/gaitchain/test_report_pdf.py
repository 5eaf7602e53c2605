"""The PDF says what the summary says, the same way each time, to eyes and to screen readers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gaitchain.cli import run
from gaitchain.errors import ExitCode
from gaitchain.outputs import summary, write_outputs
from gaitchain.report import report_html, texts
from gaitchain.report.pdf import report_pdf
from gaitchain.report.pdf.content import content
from sensor.person import Person
from tests.gaitchain.html_page import Page
from tests.gaitchain.sample_results import SAMPLES, Sample, clear_asymmetry, healthy, red_flags

EVERY_SAMPLE = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES.keys())
COMPACT = pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
RequireTool = Callable[[str, str], str]


def pdf(sample: Sample, *, compact: bool = False, created: str = "2026-11-22") -> bytes:
    document = sample.document
    return report_pdf(document, sample.result.curves, sample.person, created, compact=compact)


def by_poppler(require_tool: RequireTool, tool: str, made: bytes, *options: str) -> str:
    program = require_tool(tool, "poppler-utils")
    done = subprocess.run(
        [program, *options, "-", *(["-"] if tool == "pdftotext" else [])], input=made, capture_output=True, check=True
    )
    return done.stdout.decode()


def text(require_tool: RequireTool, made: bytes) -> str:
    return " ".join(by_poppler(require_tool, "pdftotext", made, "-layout").replace("\N{NO-BREAK SPACE}", " ").split())


def pages(require_tool: RequireTool, made: bytes) -> int:
    return by_poppler(require_tool, "pdftotext", made).count("\f")


@EVERY_SAMPLE
@COMPACT
def test_twice_the_same_bytes(make: Callable[[], Sample], compact: bool) -> None:
    assert pdf(make(), compact=compact) == pdf(make(), compact=compact)


@EVERY_SAMPLE
def test_the_compact_report_is_one_page_and_the_full_one_few(
    make: Callable[[], Sample], require_tool: RequireTool
) -> None:
    assert pages(require_tool, pdf(make(), compact=True)) == 1
    assert 2 <= pages(require_tool, pdf(make())) <= 3


def test_the_worst_of_words_still_fits_on_one_page(require_tool: RequireTool) -> None:
    """Every sentence is as long as a paragraph, of a person with six warning signs and a long code."""
    sample = SAMPLES["long_reasons"]()
    long = "Every strap slipped, one after the other, on the way to the window and back. " * 8
    quality = replace(sample.result.quality, reasons=(long,) * 6)
    person = replace(sample.person, code="W" * 64, red_flags=("numbness in the saddle area since last week",) * 6)
    made = pdf(Sample(replace(sample.result, quality=quality), sample.risk, person), compact=True)
    assert pages(require_tool, made) == 1
    assert texts.DISCLAIMER.split(";")[0] in text(require_tool, made)


@EVERY_SAMPLE
def test_every_number_of_the_page_is_in_the_pdf(make: Callable[[], Sample], require_tool: RequireTool) -> None:
    sample = make()
    document = sample.document
    page = Page(report_html(document, sample.result.curves, sample.person, "2026-11-22"))
    found = text(require_tool, pdf(sample))
    missing = [(key, shown) for key, (_, shown) in page.numbers.items() if " ".join(shown.split()) not in found]
    assert missing == []


def test_trunk_and_joints_are_in_page_and_pdf_once_they_are_measured(require_tool: RequireTool) -> None:
    sample = healthy()
    document = sample.document
    measure = {"value": 7.25, "unit": "deg", "ci95": [6.5, 8.0], "n": 41, "band": [-3.0, 3.0], "status": "observed"}
    document["measures"]["trunk.trunk_lean_deg"] = measure | {"reason": ""}
    document["measures"]["joints.hip_flexion_max_left_deg"] = measure | {"reason": "", "value": 31.5, "band": None}
    found = text(require_tool, report_pdf(document, sample.result.curves, sample.person))
    assert "Trunk lean, forward 7.2° 6.5 to 8.0 41 outside \N{MINUS SIGN}3.0 to 3.0" in found
    assert "Left hip, most flexion 31.5°" in found
    page = Page(report_html(document, sample.result.curves, sample.person))
    assert page.numbers["trunk.trunk_lean_deg"] == ("7.25", "7.2°")


@EVERY_SAMPLE
@COMPACT
def test_the_standing_words_are_there(make: Callable[[], Sample], compact: bool, require_tool: RequireTool) -> None:
    found = text(require_tool, pdf(make(), compact=compact))
    for sentence in (texts.DISCLAIMER, texts.EMERGENCY, texts.URGENT):
        assert sentence.replace("\N{NO-BREAK SPACE}", " ") in found


@COMPACT
def test_warning_signs_come_before_anything_else(compact: bool, require_tool: RequireTool) -> None:
    found = text(require_tool, pdf(red_flags(), compact=compact))
    flag = found.index("Bladder disturbance since last week; numbness in the saddle area.")
    assert flag < found.index("In short") < found.index("Stance time")
    assert "The score is withheld" in found
    assert "0.62" not in found
    even = text(require_tool, pdf(healthy(), compact=compact))
    assert even.index("In short") < even.index("Warning signs")


def test_the_education_is_that_of_the_page(require_tool: RequireTool) -> None:
    found = text(require_tool, pdf(clear_asymmetry()))
    said = content(
        summary(clear_asymmetry().result, clear_asymmetry().risk, clear_asymmetry().person),
        clear_asymmetry().result.curves,
        clear_asymmetry().person,
        "",
        compact=False,
    )
    assert len(said["lessons"]) >= 3
    for lesson in said["lessons"]:
        assert lesson["words"] in found
    assert said["closing"] in found


@EVERY_SAMPLE
def test_every_figure_says_what_it_shows(make: Callable[[], Sample]) -> None:
    made = pdf(make())
    figures = made.count(b"/S/Figure")
    assert figures >= 3  # verdict, warning sign, chain
    assert made.count(b"/Alt") >= figures


@COMPACT
def test_the_file_claims_to_be_tagged_english_and_titled(compact: bool, require_tool: RequireTool) -> None:
    made = pdf(clear_asymmetry(), compact=compact)
    for mark in (
        b"/Lang(en)",
        b"/MarkInfo",
        b"/StructTreeRoot",
        b"<pdfuaid:part>1</pdfuaid:part>",
        b"/DisplayDocTitle true",
    ):
        assert mark in made
    info = by_poppler(require_tool, "pdfinfo", made)
    assert "Walking pattern report KN-017" in info
    assert "Tagged:          yes" in info
    assert "CreationDate" not in info


@EVERY_SAMPLE
@COMPACT
def test_a_checker_of_pdf_ua_finds_no_error(make: Callable[[], Sample], compact: bool, tmp_path: Path) -> None:
    program = shutil.which("outloud")
    if program is None:
        pytest.skip("outloud, a checker of PDF/UA-1, is in no PATH; pip install outloud into a place of its own")
    (tmp_path / "report.pdf").write_bytes(pdf(make(), compact=compact))
    done = subprocess.run(
        [program, "--json", tmp_path / "said.json", tmp_path / "report.pdf"], capture_output=True, check=False
    )
    (result,) = json.loads((tmp_path / "said.json").read_text())["results"]
    errors = [finding for finding in result["findings"] if finding["severity"] == "error"]
    assert errors == []
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    "code", ["患者-7", "Пациент 3", "مريض", "a\N{GRINNING FACE}b", '#set page(fill: red) "x" \\ $1$']
)
def test_any_code_is_printed_as_text(code: str, require_tool: RequireTool) -> None:
    sample = clear_asymmetry()
    made = pdf(replace(sample, person=replace(sample.person, code=code)), compact=True)
    assert pages(require_tool, made) == 1
    kept = "".join(character for character in code if character.isascii()).strip()
    assert kept in text(require_tool, made)


def results(folder: Path, sample: Sample) -> Path:
    document = sample.document
    page = report_html(document, sample.result.curves, sample.person, "2026-11-22")
    write_outputs(sample.result, document, page, folder)
    return folder


def test_the_command_makes_the_same_reports_again_from_a_result_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = red_flags()
    folder = results(tmp_path / "out", sample)
    page = (folder / "report.html").read_bytes()
    for options, name, content_ in (
        (["--html"], "report.html", page),
        ([], "report.pdf", pdf(sample)),
        (["--pdf", "--compact"], "report-compact.pdf", pdf(sample, compact=True)),
    ):
        assert run(["report", str(folder), "--date", "2026-11-22", *options]) == ExitCode.OK
        assert capsys.readouterr().out.splitlines() == [str(folder / name)]
        assert (folder / name).read_bytes() == content_
    assert run(["report", str(folder), "-o", str(tmp_path / "deep" / "a.pdf")]) == ExitCode.OK
    assert (tmp_path / "deep" / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_the_command_takes_the_newest_result_of_a_session(tmp_path: Path) -> None:
    session = tmp_path / "session"
    (session / "journal").mkdir(parents=True)
    (session / "session.json").write_text("{}")
    for version in ("0.9.0", "0.10.0"):
        results(session / "results" / version, healthy())
    assert run(["report", str(session)]) == ExitCode.OK
    assert (session / "results" / "0.10.0" / "report.pdf").is_file()
    assert not (session / "results" / "0.9.0" / "report.pdf").exists()


def test_the_command_says_what_it_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = results(tmp_path / "out", healthy())
    (tmp_path / "walk.csv").write_text("time_s,knee_left_acc_x\n")
    for arguments, code, words in (
        ([str(folder), "--html", "--compact"], ExitCode.USAGE, "--compact is for the PDF"),
        ([str(folder), "--date", "today"], ExitCode.USAGE, "2026-05-31"),
        ([str(tmp_path / "walk.csv")], ExitCode.USAGE, "say where to with -o FILE"),
        ([str(tmp_path / "walk.csv"), "-o", str(tmp_path / "a.pdf")], ExitCode.REFUSED, "walk.csv"),
        ([str(tmp_path / "nothing")], ExitCode.USAGE, "does not exist"),
    ):
        assert run(["report", *arguments]) == code
        assert words in capsys.readouterr().err
    (folder / "summary.json").write_text("{}")
    assert run(["report", str(folder)]) == ExitCode.REFUSED
    assert "analyse the recording again" in capsys.readouterr().err


def test_without_typst_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert run(["report", str(results(tmp_path, healthy()))]) == ExitCode.USAGE
    assert "pip install 'gaitchain[app]'" in capsys.readouterr().err


def test_nobody_in_particular_can_have_a_report() -> None:
    sample = healthy()
    assert pdf(replace(sample, person=Person()), created="").startswith(b"%PDF-")


def test_a_result_without_a_new_pdf_keeps_no_old_one(tmp_path: Path) -> None:
    sample = healthy()
    document = sample.document
    paths = write_outputs(sample.result, document, "<!doctype html>", tmp_path, pdf(sample))
    assert paths["report.pdf"].read_bytes() == pdf(sample)
    assert "report.pdf" not in write_outputs(sample.result, document, "<!doctype html>", tmp_path)
    assert not (tmp_path / "report.pdf").exists()
