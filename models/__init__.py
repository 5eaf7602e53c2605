"""Session result to features to the risk of sciatica-pattern strain, with its explanation."""
