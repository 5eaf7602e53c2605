"""What an analysis leaves on disk: summary.json with its schema, curves, and tables of events, strides and angles."""

from gaitchain.outputs.curves import read_curves
from gaitchain.outputs.files import OutputError, write_outputs
from gaitchain.outputs.summary import SCHEMA_VERSION, summary, summary_bytes, summary_schema

__all__ = [
    "SCHEMA_VERSION",
    "OutputError",
    "read_curves",
    "summary",
    "summary_bytes",
    "summary_schema",
    "write_outputs",
]
