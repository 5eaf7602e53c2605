"""Worker processes, and one thread each: small matrices are not worth the waiting of threads for each other."""

from __future__ import annotations

import signal
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.pool import Pool

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn brings it


def pool(jobs: int) -> Pool:
    """Freshly started processes, the same on every system, that leave an interruption to their parent.

    Use it in a ``with`` statement.
    """
    return get_context("spawn").Pool(jobs, initializer=_begin)


def one_thread() -> AbstractContextManager[object]:
    """Within it linear algebra and trees use one thread, which on a busy machine is many times faster."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
