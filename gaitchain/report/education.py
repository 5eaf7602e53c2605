"""The education text: treat the source first, strengthen core and hips, follow up; tied to what this walk showed.

General information from the project's mission, never advice for the person: what to do is the therapist's decision.
That a painful knee's limp leads on to the hip and the back is a plausible idea, not an established one; the text says
so wherever it leans on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gaitchain.report.links import state_of
from gaitchain.report.words import listed

IDEA = (
    "A painful knee can change how a person walks: weight is taken off it, the stride changes, the pelvis may tilt or "
    "drop, and the deep muscles of the hip and the lower back may have to work harder. That this leads on to pain "
    "along the sciatic nerve is plausible, not proven, and other causes look alike."
)
CLOSING = "This is general information. What to do, and how much of it, is decided by the therapist with the person."
STAGES = ("knee", "stride", "load")  # links that show the limp itself


@dataclass(frozen=True, slots=True)
class Lesson:
    """One piece of the text.

    Attributes
    ----------
    seen : str
        What of this walk it is tied to; empty for what holds always.
    """

    heading: str
    words: str
    seen: str = ""


def lessons(document: dict[str, Any]) -> list[Lesson]:
    """What is worth explaining about this walk, source first; the same order whatever was found.

    Parameters
    ----------
    document
        The summary of :func:`gaitchain.outputs.summary`.
    """
    if document["quality"]["verdict"] == "invalid":
        return []
    links = {link["link"]: link for link in document["chain"]}
    outside = {name for name, link in links.items() if state_of(link).words == "outside reference"}
    return [
        _knee_first(outside, links),
        _core_and_hips(outside, links),
        *_other_causes(outside, links),
        Lesson(
            "Follow whether it settles",
            "Measured again with the same shoes, aid and way, the walk is compared with this person's own baseline. "
            "Only a change beyond measurement error counts. If the knee settles and the rest of the chain does not, "
            "another cause deserves a look.",
        ),
    ]


def _knee_first(outside: set[str], links: Mapping[str, dict[str, Any]]) -> Lesson:
    limp = [name for name in STAGES if name in outside]
    words = (
        "Treatment starts at the source. When the knee hurts less and moves more freely, the limp often eases with it; "
        "usual parts are calming the knee, its movement, the strength of the thigh, and a steady amount of walking."
    )
    if not limp:
        seen = "In this walk, what was measured of knee, stride and load lies within the reference."
        return Lesson("The knee first", words, seen if _assessed(links, STAGES) else "")
    sides = {links[name]["side"] for name in limp} - {None}
    side = f", pointing to the {sides.pop()} side" if len(sides) == 1 else ""
    lie = "lies" if len(limp) == 1 else "lie"
    return Lesson(
        "The knee first",
        words,
        f"In this walk {listed([f'the {name}' for name in limp])} {lie} outside the reference{side}.",
    )


def _core_and_hips(outside: set[str], links: Mapping[str, dict[str, Any]]) -> Lesson:
    words = (
        "The muscles at the side of the hip and around the trunk hold the pelvis level while one leg carries. "
        "Strengthening them is a usual part of treatment, alongside the knee and not instead of it."
    )
    if "pelvis" in outside:
        side = links["pelvis"]["side"]
        which = f" while the {side} leg stands" if side else ""
        return Lesson("Core and hips", words, f"In this walk the pelvis drops more{which} than on the other side.")
    seen = "In this walk the pelvis drops about equally on both sides." if _assessed(links, ("pelvis",)) else ""
    return Lesson("Core and hips", words, seen)


def _other_causes(outside: set[str], links: Mapping[str, dict[str, Any]]) -> list[Lesson]:
    found = []
    slope = links["claudication"]["value"]
    if "claudication" in outside and slope is not None and slope < 0.0:
        found.append(
            Lesson(
                "When walking itself brings it on",
                "A narrowed spinal canal makes walking worse with time; sitting or leaning forward relieves it. It is "
                "asked about, and tested with a walk, a rest sitting and a second walk. Breath, heart, vessels and a "
                "tiring knee slow a walk too.",
                "In this walk the speed fell while walking went on.",
            )
        )
    speed = links["systemic"]
    if "systemic" in outside and speed["z"] is not None and speed["z"] < 0.0:
        found.append(
            Lesson(
                "Slow on both sides",
                "Slow walking has many causes, arthritis of several joints among them. Most numbers of a walk follow "
                "its speed, and are compared here with others at the same speed.",
                "This walk was slower than usual for age and sex.",
            )
        )
    return found


def _assessed(links: Mapping[str, dict[str, Any]], names: tuple[str, ...]) -> bool:
    return all(state_of(links[name]).assessed for name in names)
