"""What is said beside the score: what it means, who taught the model, how far the interval reaches, which pathways fit.

Said alike by the page, the PDF, the app and the terminal. A model of a clinic's own labels never saw a simulated
person, so nothing may call it in silico.
"""

from __future__ import annotations

from typing import Any, Final

from gaitchain.report import words
from gaitchain.report.risk import ranked
from models.risk import HEALTHY_PATHWAYS, Level

WIDE: Final = 0.5  # of the scale from 0 to 1; such an interval holds both a small and a large strain
MANY: Final = 5  # of ten pathways; a set of so many tells little
CLOSE_MARGIN: Final = 0.15  # two pathways this close are alternatives (biomechanics.md, 6.3)

UNDECIDED = (
    "The interval covers most of the scale: these sensors cannot tell small strain from large in this walk. Do not "
    "lean on the score alone."
)
ABSTAINED = (
    "No score is no finding: neither that there is strain nor that there is none. The measures on this page hold all "
    "the same."
)


def by_simulation(risk: dict[str, Any]) -> bool:
    """Whether simulated people taught the model; so did they every model before a summary said so."""
    return bool(risk.get("in_silico", True))


def source(risk: dict[str, Any]) -> str:
    """Two words that go with every mention of the score."""
    return "in silico" if by_simulation(risk) else "own labels"


def heading(risk: dict[str, Any]) -> str:
    """Of the part about the score."""
    return f"Strain pattern, {source(risk)}"


def taught(risk: dict[str, Any]) -> str:
    """What a score may be leaned on, with the version of the model."""
    model = f" (model {risk['model_version']})" if risk["model_version"] else ""
    if by_simulation(risk):
        return f"In silico: the model was trained and tested on simulated people only{model}."
    return f"The model learned from recordings that were labelled where it was trained{model}; its card says how well."


def meaning(risk: dict[str, Any]) -> str:
    """What the number is a chance of."""
    if by_simulation(risk):
        return (
            "The chance, in simulated walkers, that the hidden mechanical strain of the deep hip rotators or the "
            "lumbar spine exceeds its reference limit."
        )
    return "The chance that whoever labelled the recordings of the model would have labelled this walk as strained."


def undecided(risk: dict[str, Any]) -> bool:
    """Whether the interval is so wide that the score decides nothing."""
    return risk["interval90"] is not None and risk["interval90"][1] - risk["interval90"][0] >= WIDE


def caution(risk: dict[str, Any]) -> str:
    """The warnings that a wide interval, and a low score of a walk like an ailing one, deserve; empty without both."""
    return " ".join([UNDECIDED] * undecided(risk) + _no_all_clear(risk))


def _no_all_clear(risk: dict[str, Any]) -> list[str]:
    best = ranked(risk["pathways"])[:1]
    if risk["level"] != Level.LOW or not by_simulation(risk) or not best or best[0][0] in HEALTHY_PATHWAYS:
        return []
    name = words.spoken(best[0][0], words.PATHWAYS)
    about = "it tells of strain at hip rotators and lumbar spine only"
    return [f"A low score is no all-clear: {about}, and the walk is most like “{name}”."]


def differential(risk: dict[str, Any], *, drawn: bool = True) -> str:
    """The set of pathways in words: which, how sure, and that the others are not ruled out; empty without pathways.

    ``drawn`` when their bars stand beside the words.
    """
    if not risk["pathways"]:
        return ""
    among = "simulated walkers" if by_simulation(risk) else "of those who taught the model"
    sure = f"In 9 of 10 {among} such a set held the true pathway; the others are less likely, not ruled out."
    inside = [words.spoken(name, words.PATHWAYS) for name, _ in ranked(risk["pathways"]) if name in risk["set90"]]
    if not inside:
        return f"Differential: none of the pathways fits well enough to be in the set. {sure}"
    alone = " alone" if len(inside) == 1 else ""
    marked = " (dark, with a dot)" if drawn else ""
    many = " So many fit that this walk hardly tells them apart." if len(inside) >= MANY else ""
    return f"Differential: {words.listed(inside)}{alone}{marked}.{many} {sure}"


def alternatives(risk: dict[str, Any]) -> str:
    """Whether the pathway that fits best is clear of the second; empty without two."""
    best = ranked(risk["pathways"])[:2]
    if len(best) < 2:
        return ""
    margin = best[0][1] - best[1][1]
    close = "both fit nearly as well" if margin < CLOSE_MARGIN else "it stands apart in this model"
    return f"The first leads the second by {words.fixed(margin, 2)}: {close}."
