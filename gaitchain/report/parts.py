"""What a report shows, gathered once: its page, its PDF and the app's page of a result are filled from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gaitchain.report import chain, curves, education, mounts, narrative, strain, walk_course
from gaitchain.report.withheld import withheld
from pipeline.result import Curve
from sensor.person import Person

Reasons = Sequence[tuple[str, Sequence[str]]]
"""A reason, and the names of what it holds for."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Words and figures of one report.

    Attributes
    ----------
    doc : dict
        The summary as it may be shown of this person; every number comes from it.
    created : str
        Date to print; may be empty.
    versions : sequence of str
        What the numbers were made with.
    """

    doc: dict[str, Any]
    person: Person
    created: str
    code: str
    in_short: Sequence[str]
    further: Mapping[str, dict[str, Any]]
    not_assessed: Reasons
    sides_not_assessed: Reasons
    sides_remarks: Reasons
    lessons: Sequence[education.Lesson]
    panels: Sequence[Markup]
    mounts: Sequence[mounts.MountRow]
    walk_course: Markup
    chain_picture: Markup
    versions: Sequence[str]


def parts(document: dict[str, Any], curve_set: Mapping[str, Curve], person: Person, created: str) -> Parts:
    """Gather them; arguments as in :func:`gaitchain.report.report_html`."""
    doc = withheld(document, person)
    return Parts(
        doc=doc,
        person=person,
        created=created,
        code=person.code or "no patient code",
        in_short=narrative.in_short(doc),
        further=narrative.further(doc),
        not_assessed=narrative.not_assessed(doc),
        sides_not_assessed=narrative.sides_by_reason(doc, "not_assessed"),
        sides_remarks=narrative.sides_by_reason(doc, "observed"),
        lessons=education.lessons(doc),
        panels=curves.panels(curve_set, doc.get("waveforms")),
        mounts=mounts.mount_rows(doc),
        walk_course=walk_course.course_picture(doc),
        chain_picture=chain.chain_picture(doc["chain"], doc["risk"]),
        versions=_versions(doc),
    )


def _versions(doc: Mapping[str, Any]) -> list[str]:
    said = [f"{key} {value}" for key, value in doc["provenance"].items() if isinstance(value, str | int | float)]
    said.append(f"summary {doc['schema_version']}")
    if doc["risk"]["model_version"]:
        said.append(f"risk model {doc['risk']['model_version']}, {strain.source(doc['risk'])}")
    return said
