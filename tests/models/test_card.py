"""The model card: generated from the shipped model, and plain about what its figures mean."""

from __future__ import annotations

from pathlib import Path

from models.artefact import shipped
from models.card.page import model_card
from models.judgement.sensitivity import USED, VARIANTS

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
    for words in ("speed only", "stance asymmetry only", "## Intended use", "## What it cannot know", "0.95"):
        assert words in card
    for heading in ("Held-out generator", "Lost samples and clocks", "Rising severity", "Decision curve", "overlap"):
        assert heading in card


def test_every_figure_has_its_interval() -> None:
    figures = shipped().evaluation
    for of in (figures, figures["second_generator"], *figures["conditions"].values()):
        for name in ("auc", "calibration_error", "interval_coverage", "set_coverage", "pathway_balanced_accuracy"):
            value, low, high = of[name]
            assert low <= value + 0.03
            assert value - 0.03 <= high


def test_shares_curves_and_medians_have_theirs_too() -> None:
    figures = shipped().evaluation
    curve, values = figures["decision_curve"], figures["predictive_values_high"].values()
    rows = [
        *(figures[name] for name in ("strained_share", "abstained_share")),
        *(row["strained"] for row in figures["reliability"]),
        *(row[name] for row in curve for name in ("by_score", "everybody")),
        *(row[name] for row in values for name in ("positive", "negative")),
        *(row["median_score"] for row in figures["by_pathway"]),
        *(row["largest"] for row in figures["overlap"]["cohen_d"].values()),
    ]
    assert len(rows) > 50
    assert all(low <= high for _, low, high in rows)


def test_the_card_tells_how_far_the_answers_depend_on_the_labels_weights() -> None:
    answers = shipped().evaluation["answers"]
    assert set(answers) == set(VARIANTS) - {USED}
    for row in answers.values():
        assert -1.0 <= row["rank_correlation"][0] <= 1.0
        assert 0.0 <= row["level_changes"][0] <= 1.0
    assert "## How far the answers depend on the label's weights, in silico" in model_card(shipped())


def test_the_card_tells_what_was_said_of_real_walks() -> None:
    real = shipped().evaluation["real_walks"]
    assert real["healthy_high"] <= 0.10 * max(1, len(real["healthy_scores"]))
    assert "## What it says of real walks" in model_card(shipped())


def test_the_promises_of_the_shipped_model() -> None:
    """Issue targets that are reached, read from the figures the model carries; the card tells the others too."""
    figures = shipped().evaluation
    assert figures["healthy_high_share"][0] <= 0.05
    assert figures["calibration_error"][0] <= 0.05
    assert 0.88 <= figures["interval_coverage"][0] <= 0.92
    assert 0.88 <= figures["set_coverage"][0] <= 0.92
    assert figures["pathway_balanced_accuracy"][0] >= 0.55  # 0.1 by chance; the aim of 0.60 is missed
    assert figures["pathway_balanced_accuracy_from_mild"][0] >= 0.60
    assert all(part["auc"][0] >= 0.80 for part in figures["by_speed"])
    second = figures["second_generator"]
    assert second["auc"][0] >= 0.80  # the aim of 0.85 is missed; taught there, the same procedure reaches it
    assert second["taught_there"]["auc"][0] >= 0.85
    assert second["calibration_error"][0] <= 0.08
    assert second["interval_coverage"][0] >= 0.80
    assert second["set_coverage"][0] >= 0.80
    assert second["abstained_share"][0] <= 0.05
    assert all(part["auc"][0] >= 0.75 for part in second["by_speed"])  # of 80 walks each
    for of in (figures, second):
        for name in ("speed only", "stance asymmetry only"):
            assert of["baselines"][name]["model_is_better_by"][0] >= 0.10
    assert not figures["generator_too_easy"]


def test_the_score_of_a_painful_knee_rises_with_severity() -> None:
    knee = shipped().evaluation["dose"]["pathways"]["antalgic_knee"]
    assert knee["persons"] == 50
    assert knee["demand_rises"]
    assert knee["score"] == sorted(knee["score"])
    assert knee["score"][-1] - knee["score"][0] >= 0.3
    assert max(knee["abstained"]) == 0.0
