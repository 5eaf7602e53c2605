"""Starlette's test client, which wishes for a newer httpx than the one that is locked."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient, WebSocketDenialResponse

STREAM = "ws://127.0.0.1:8642/api/live/stream"

__all__ = ["STREAM", "TestClient", "WebSocketDenialResponse"]
