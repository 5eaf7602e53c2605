"""The thread of the live analysis when the analysis fails."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import cast

import pytest

from gaitchain.live.analysis import LiveAnalysis
from gaitchain.live.thread import LiveThread
from pipeline.result import Stride
from sensor.recording.journal import Record


class Anything:
    """Stands for a record."""


def test_what_comes_behind_a_failure_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Iterator[Stride]:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(LiveAnalysis, "push", fails)
    live = LiveThread()
    live.push(cast(Record, Anything()))
    live._thread.join()
    late = Anything()
    watched = weakref.ref(late)
    live.push(cast(Record, late))
    del late
    assert watched() is None
    assert live.finish() is None
    assert isinstance(live.failure, ValueError)
