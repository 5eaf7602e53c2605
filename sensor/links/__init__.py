"""Links: bytes between host and node, and nothing else. All have the shape of ``link.Link``."""
