"""Where each sensor and each part of the body points, sample by sample."""
