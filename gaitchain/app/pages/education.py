"""The idea of the project, tied to what was measured. It describes; it advises nobody."""

from __future__ import annotations

from typing import Any

from gaitchain.report.links import state_of

_IDEA = (
    "The idea behind this project: treat the knee first, strengthen the core and the hips, and follow whether the rest "
    "of the chain settles, each person against their own baseline."
)


def sentences(document: dict[str, Any]) -> list[str]:
    """The idea, and what this walk has to do with it; short where nothing could be read."""
    if document["quality"]["verdict"] == "invalid":
        return [_IDEA, "This recording shows nothing of it; record again."]
    states = {link["link"]: state_of(link).words for link in document["chain"]}
    told = [_IDEA, _knee(states), _pelvis(states)]
    unseen = [name for name in ("rotators", "lumbar") if states.get(name) == "not assessed"]
    if unseen:
        told.append(
            "What these sensors do not show, such as the deep rotators of the hip and the lumbar spine, is for the "
            "hands and eyes of the therapist."
        )
    told.append("Measure again at the same speed, in the same shoes; a change smaller than its error is no change.")
    return told


def _knee(states: dict[str, str]) -> str:
    if "outside reference" in (states.get("knee"), states.get("stride"), states.get("load")):
        return (
            "Knee first: in this walk the two legs share the work unevenly. The idea begins there, with what hurts or "
            "holds back at the knee, and looks at the links above again once the load is shared more evenly."
        )
    if states.get("knee") == "not assessed":
        return "Knee first: these sensors do not compare the two knees."
    return "Knee first: in this walk knee, stride and load lie within their references on both sides."


def _pelvis(states: dict[str, str]) -> str:
    if states.get("pelvis") == "outside reference":
        return (
            "Core and hips: the pelvis drops unevenly. The muscles that hold it level while one foot stands, the hip "
            "abductors and the trunk, are what the second step of the idea trains."
        )
    if states.get("pelvis") == "not assessed":
        return "Core and hips: the pelvis was not assessed; sensors on both hips, or on the sacrum, show it."
    return "Core and hips: the pelvis is held alike in left and right stance."
