"""From the content to the bytes of the PDF: typst, without system fonts, without files, without the network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from gaitchain.errors import ExitCode, GaitchainError
from gaitchain.report.pdf.content import content
from pipeline.result import Curve
from sensor.person import Person

if TYPE_CHECKING:  # 80 MB that only a PDF needs
    import typst

STANDARD: Literal["ua-1"] = "ua-1"  # tagged, readable by a screen reader: ISO 14289-1
_FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")  # carried by typst itself
_TIGHTER = range(4)  # steps of 3 % in letters and gaps
_PAGE = re.compile(rb"/Type */Page\b")
_BOX = "\N{WHITE SQUARE}"


class ReportError(GaitchainError):
    """The PDF cannot be made; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.USAGE)


def report_pdf(
    document: dict[str, Any],
    curve_set: Mapping[str, Curve],
    person: Person,
    created: str = "",
    *,
    compact: bool = False,
) -> bytes:
    """Compose the PDF.

    Parameters
    ----------
    document, curve_set, person, created
        As in :func:`gaitchain.report.report_html`; the same arguments give the same bytes.
    compact : bool
        One page with what matters most, instead of the whole report.

    Returns
    -------
    bytes
        A tagged PDF (PDF/UA-1), A4. A character that none of typst's own fonts holds is printed as a box.

    Raises
    ------
    ReportError
        typst is not installed.
    """
    said = json.dumps(content(document, curve_set, person, created, compact=compact), ensure_ascii=False)
    compiler = _compiler()
    template = files("gaitchain.report.pdf").joinpath("report.typ").read_bytes()
    odd = {character for character in said if ord(character) > 0x17F}
    for character in sorted(odd):
        if not _printable(compiler, character):
            said = said.replace(character, _BOX)
    tries = (_pdf(compiler, template, {"content": said, "tighter": str(step)}) for step in _TIGHTER)
    return next(tries) if compact else min(tries, key=_pages)  # the first, so the loosest, of the fewest pages


def _compiler() -> typst.Compiler:
    try:
        import typst
    except ModuleNotFoundError as error:
        raise ReportError("A PDF needs typst: pip install 'gaitchain[app]'.") from error
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False))


def _printable(compiler: typst.Compiler, character: str) -> bool:
    import typst

    fonts = json.dumps(_FONTS)[1:-1]
    probe = f'#set document(title: "x")\n#set text(font: ({fonts}))\n#sys.inputs.at("text")'
    try:
        _pdf(compiler, probe.encode(), {"text": f"a{character}"})
    except typst.TypstError:
        return False
    return True


def _pages(pdf: bytes) -> int:
    return len(_PAGE.findall(pdf))


def _pdf(compiler: typst.Compiler, source: bytes, inputs: dict[str, str]) -> bytes:
    made = compiler.compile(source, format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD])
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made
