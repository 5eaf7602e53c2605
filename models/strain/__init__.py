"""The hidden strain, computed from the whole skeleton: what the model is to find without seeing it."""
