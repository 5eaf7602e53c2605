"""The model card, from the figures of the evaluation."""
