"""The faces of gaitchain: command line, report, store."""

__version__ = "0.1.0"
