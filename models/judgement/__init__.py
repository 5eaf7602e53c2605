"""How well a model does on people it never saw."""
