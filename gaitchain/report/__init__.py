"""The report a therapist reads and prints."""

from gaitchain.report.page import report_html

__all__ = ["report_html"]
