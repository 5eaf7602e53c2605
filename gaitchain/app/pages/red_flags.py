"""The questions about warning signs: asked of every patient, because no walk can show that they are absent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes
    ----------
    said : str
        What is written into the person's ``red_flags`` when it is ticked.
    ask : str
        As one asks it.
    same_day : bool
        Emergency care the same day, else urgent clinical review.
    """

    said: str
    ask: str
    same_day: bool = False


QUESTIONS = (
    Question("bladder, bowel or sexual function disturbed", "New trouble with bladder, bowel, sexual function?", True),
    Question("numbness in the saddle area", "Numbness around the genitals, anus or saddle?", True),
    Question("weakness in both legs", "Weakness in both legs?", True),
    Question("growing weakness or foot drop", "Weakness that grows, or a foot that drops?"),
    Question("fever with the pain", "Fever with the pain, lowered immunity, steroids or injected drugs?"),
    Question("history of cancer or unexplained weight loss", "A history of cancer, or unexplained weight loss?"),
    Question("major injury", "A major fall or injury before it began?"),
    Question("pain at night", "Pain at night that no position eases?"),
    Question("hot swollen knee", "A hot, swollen knee?"),
    Question("swollen calf or chest symptoms", "A swollen calf, or trouble in the chest?"),
    Question("cold leg without pulse", "A cold leg, or no pulse in the foot?"),
)  # fmt: skip


def others(stated: Collection[str]) -> list[str]:
    """Stated signs that are none of the questions: written by hand, or by another program."""
    known = {question.said for question in QUESTIONS}
    return [flag for flag in stated if flag not in known]
