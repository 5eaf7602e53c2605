"""Fitting the model, with scikit-learn; nothing that analyses a walk imports this."""
