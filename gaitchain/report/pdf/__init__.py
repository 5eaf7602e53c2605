"""The report as a tagged PDF, set by typst from the same summary, sentences and figures as the page."""

from gaitchain.report.pdf.compose import ReportError, report_pdf

__all__ = ["ReportError", "report_pdf"]
