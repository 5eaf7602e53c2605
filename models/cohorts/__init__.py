"""What is learned from: simulated people, or a clinic's own labelled recordings."""
