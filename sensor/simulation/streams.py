"""Named random streams: what one part draws never moves what another part draws."""

from __future__ import annotations

from zlib import crc32

from numpy.random import PCG64, Generator, SeedSequence


def stream(seed: int, name: str) -> Generator:
    """The generator of one seed and one name; the same pair gives the same numbers on every machine."""
    return Generator(PCG64(SeedSequence(entropy=seed, spawn_key=(crc32(name.encode()),))))
