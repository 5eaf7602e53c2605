"""Where in the gait cycle the two sides differ: left minus right of the mean curves, with a band that holds throughout.

Formula: mean curve of the left cycles minus that of the right ones, both over 101 points from contact to contact.
Blocks of neighbouring strides are drawn anew; the largest deviation over the cycle, in standard errors, of 95 % of the
draws is the half width of the band at every point (max-T; Nichols & Holmes 2002, recalled, not re-read, in the spirit
of statistical parametric mapping). The standard error joins the draws' SD with what an error of a contact's time makes
of a steep curve. A region differs where the whole band lies beyond the limit of that curve.

Deviations: blocks of strides of one person are drawn, so this describes this walk and nobody else; pelvic obliquity is
compared without its mean, whose zero is no better than the sensors' mounting. Data requirements: 30 strides a side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pipeline.norms import WAVEFORMS, WaveformNorm
from pipeline.result import Region, Status, WaveformDifference
from pipeline.signals.runs import spans
from pipeline.strides.cycle_curves import POINTS, UNITS, CurveCollector, CurveSums
from sensor.samples import BoolArray, FloatArray, Side

_SEED = 20260102  # a result must not change from run to run
_CENTRED = frozenset({"pelvis_obliquity"})


@dataclass(frozen=True, slots=True)
class WaveformParams:
    """How the band is drawn."""

    strides: int = 30  # a side; as for a flag
    draws: int = 500
    blocks: int = 100  # a side; more are joined in pairs and would change nothing
    level_pct: float = 95.0
    contact_s: float = 0.008  # SD of the difference between the sides' contact errors
    shortest_pct: int = 2  # of the cycle; shorter regions are chance at the edge of the band


def waveform_differences(
    curves: CurveCollector, stride_time_s: float, params: WaveformParams
) -> Mapping[str, WaveformDifference]:
    """Left against right of every curve that has a limit and that either side shows.

    Parameters
    ----------
    stride_time_s : float
        Usual stride time, which turns an error of time into one of per cent of the cycle.
    """
    out = {}
    for name, norm in WAVEFORMS.items():
        left, right = (curves.sums.get((name, side), CurveSums()) for side in Side)
        if left.n or right.n:
            out[name] = _difference(name, norm, left, right, stride_time_s, params)
    return out


def _difference(
    name: str, norm: WaveformNorm, left: CurveSums, right: CurveSums, stride_time_s: float, params: WaveformParams
) -> WaveformDifference:
    counts = left.n, right.n
    if min(counts) < params.strides:
        reason = (
            f"needs {params.strides} strides a side with this curve; {counts[0]} left and {counts[1]} right are there"
        )
        return WaveformDifference(name, UNITS[name], *counts, Status.NOT_ASSESSED, reason)
    sides = [_blocks(side, params.blocks) for side in (left, right)]
    means = [_mean(sums, each, np.ones((1, len(each))), name)[0] for sums, each in sides]
    difference = means[0] - means[1]
    # The side with more in it draws from stream 0, so that the mirrored walk has exactly the mirrored band.
    order = (0, 1) if float(means[0] @ means[0]) >= float(means[1] @ means[1]) else (1, 0)
    drawn = [_drawn(*side, name, stream, params) for side, stream in zip(sides, order, strict=True)]
    deviation = drawn[0] - drawn[1]
    slope = np.abs(np.gradient(0.5 * (means[0] + means[1]))) * (POINTS - 1) / stride_time_s
    error = np.hypot(deviation.std(axis=0), slope * params.contact_s) + 1e-9
    half = float(np.percentile(np.abs(deviation / error).max(axis=1), params.level_pct))
    low, high = (difference + sign * max(half, 1.96) * error for sign in (-1.0, 1.0))
    span = float(np.ptp(np.concatenate(means)))
    limit = max(norm.least, norm.share * span)
    return WaveformDifference(
        name,
        UNITS[name],
        *counts,
        Status.OBSERVED,
        "",
        difference=difference,
        low=low,
        high=high,
        limit=limit,
        rms_pct=100.0 * float(np.sqrt(np.mean(difference**2))) / span if span > 0.0 else 0.0,
        regions=_regions(difference, (low > limit) | (high < -limit), params),
    )


def _mean(sums: FloatArray, counts: FloatArray, weights: FloatArray, name: str) -> FloatArray:
    """Mean curves (draws, 101) of blocks taken ``weights`` (draws, blocks) times."""
    # Not by a matrix product: starting its threads costs more than these small sums.
    mean = np.einsum("db,bp->dp", weights, sums) / (weights * counts).sum(axis=1)[:, None]
    return np.asarray(mean - mean[:, :-1].mean(axis=1, keepdims=True) if name in _CENTRED else mean)


def _blocks(side: CurveSums, most: int) -> tuple[FloatArray, FloatArray]:
    """Sums (blocks, 101) and numbers of strides (blocks,) of no more than ``most`` blocks."""
    sums, counts = np.array(side.blocks), np.array(side.counts, dtype=np.float64)
    while len(counts) > most:
        pairs = np.arange(0, len(counts), 2)
        sums, counts = np.add.reduceat(sums, pairs, axis=0), np.add.reduceat(counts, pairs)
    return sums, counts


def _drawn(sums: FloatArray, counts: FloatArray, name: str, stream: int, params: WaveformParams) -> FloatArray:
    """Deviation (draws, 101) from their mean curve of blocks drawn anew, spread for the finite number of blocks."""
    blocks = len(counts)
    drawn = _mean(sums, counts, _weights(blocks, params.draws, stream), name)
    off = drawn - _mean(sums, counts, np.ones((1, blocks)), name)
    return np.asarray(off * np.sqrt(blocks / (blocks - 1.0)))


@lru_cache(maxsize=4)
def _weights(blocks: int, draws: int, stream: int) -> FloatArray:
    """How often each block is taken in each draw, (draws, blocks); the same for every curve of a side."""
    rng = np.random.default_rng([_SEED, stream])
    return rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=draws).astype(np.float64)


def _regions(difference: FloatArray, apart: BoolArray, params: WaveformParams) -> tuple[Region, ...]:
    out = []
    for start, end in spans(apart):
        if end - start >= params.shortest_pct:
            at = start + int(np.argmax(np.abs(difference[start:end])))
            out.append(Region(float(start), float(end - 1), float(at), float(difference[at])))
    return tuple(out)
