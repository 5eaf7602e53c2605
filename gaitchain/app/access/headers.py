"""The headers that every answer carries: what a browser may do with it."""

from __future__ import annotations

from collections.abc import Mapping

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A report is one file with its style and pictures inside and no script; our pages may show it in a frame.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-modals allow-same-origin"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": PAGE_POLICY,
    "x-frame-options": "DENY",
    "cache-control": "no-store",  # what is about patients stays in no browser's cache
}
_TLS = {"strict-transport-security": "max-age=31536000"}


def security_headers(own: Mapping[str, str], *, tls: bool) -> dict[str, str]:
    """The headers to add to an answer that brings its own; what it brings stays."""
    wanted = _ALWAYS | (_TLS if tls else {})
    if "content-security-policy" in own:  # its frame-ancestors rule, and DENY would overrule them
        wanted = {name: value for name, value in wanted.items() if name != "x-frame-options"}
    return {name: value for name, value in wanted.items() if name not in own}
