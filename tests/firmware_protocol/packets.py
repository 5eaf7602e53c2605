"""Random packets and bytes of the protocol."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from firmware_protocol import messages as m
from firmware_protocol.codec import LAYOUTS, Extension, Packet, batch_for
from firmware_protocol.frames import MIN_FRAME_BYTES

INTEGERS = {
    "u8": (0, 0xFF),
    "i8": (-0x80, 0x7F),
    "u16": (0, 0xFFFF),
    "i16": (-0x8000, 0x7FFF),
    "u32": (0, 0xFFFFFFFF),
    "u64": (0, 0xFFFFFFFFFFFFFFFF),
}


def values(kind: str) -> st.SearchStrategy[float]:
    if kind == "f32":
        return st.floats(min_value=2.0**-126, max_value=2.0**126, width=32)
    low, high = INTEGERS[kind]
    return st.integers(low, high)


def messages_of(kind: type[m.Message]) -> st.SearchStrategy[m.Message]:
    layout = LAYOUTS[kind]
    if kind is m.Data:
        return st.integers(1, batch_for(MIN_FRAME_BYTES)).flatmap(
            lambda n: st.builds(
                m.Data,
                counter=values("u32"),
                time_us=values("u32"),
                period_us=st.integers(1, 0xFFFF),
                count=st.just(n),
                raw=st.binary(min_size=12 * n, max_size=12 * n),
            )
        )
    made: Callable[..., m.Message] = kind
    built = st.builds(made, **{name: values(k) for name, k in zip(layout.names, layout.kinds, strict=True)})
    return built.filter(lambda message: message.fault() is None)


def any_message() -> st.SearchStrategy[m.Message]:
    return st.sampled_from(m.MESSAGES).flatmap(messages_of)


def extensions() -> st.SearchStrategy[tuple[Extension, ...]]:
    return st.lists(st.builds(Extension, st.integers(0, 255), st.binary(max_size=12)), max_size=3).map(tuple)


def packets() -> st.SearchStrategy[Packet]:
    return st.builds(Packet, any_message(), st.integers(0, 255), st.integers(0, 255), extensions())


def still(time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A sensor lying flat."""
    acc = np.zeros((len(time_s), 3))
    acc[:, 2] = 9.80665
    return acc, np.zeros((len(time_s), 3))


def clockwork(time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A sensor whose first gyr axis tells the true time: 0.05 rad/s per second."""
    acc, gyr = still(time_s)
    gyr[:, 0] = time_s * 0.05
    return acc, gyr
