"""The model card: generated from the shipped model, and plain about what its figures mean."""

from __future__ import annotations

from pathlib import Path

from models.artefact import shipped
from models.card import model_card

ROOT = Path(__file__).resolve().parents[2]


def test_the_card_in_the_repository_is_that_of_the_shipped_model() -> None:
    assert (ROOT / "MODEL_CARD.md").read_text(encoding="utf-8") == model_card(shipped())


def test_every_section_with_figures_says_in_silico() -> None:
    card = model_card(shipped())
    for heading in ("How well it does", "Calibration", "By speed", "By pathway"):
        line = next(line for line in card.splitlines() if line.startswith(f"## {heading}"))
        assert line.endswith("in silico")
    assert "not a medical device" in " ".join(card.split())


def test_baselines_and_limits_are_always_there() -> None:
    card = model_card(shipped())
    for words in ("speed only", "stance asymmetry only", "## Not for", "## What it cannot know", "0.95"):
        assert words in card


def test_the_promises_of_the_shipped_model() -> None:
    """Issue targets, read from the figures the model carries."""
    figures = shipped().evaluation
    assert figures["healthy_high_share"] <= 0.05
    assert figures["calibration_error"] <= 0.05
    assert 0.86 <= figures["interval_coverage"] <= 0.94
    assert 0.86 <= figures["set_coverage"] <= 0.94
    assert figures["auc"] > figures["baselines"]["speed only"]["auc"]
    assert figures["auc"] > figures["baselines"]["stance asymmetry only"]["auc"]
    assert not figures["generator_too_easy"]
