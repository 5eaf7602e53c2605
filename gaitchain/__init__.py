"""The faces of gaitchain: command line, report, store."""

from importlib.metadata import version

__version__ = version("gaitchain")
