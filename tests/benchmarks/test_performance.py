"""The benchmark of speed measures what it says: on costs, results and recordings that are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import performance
from benchmarks.perf_engine import chunk_cost, digest, lags_s, live_chunks, patients_cost
from benchmarks.perf_parse_only import parse
from benchmarks.perf_processes import Ratio, cpu_s, interleaved, peak_rss_mb, python
from benchmarks.perf_recordings import FOUR, tiled
from benchmarks.perf_stream import store, stream
from benchmarks.perf_targets import TARGETS, Outcome, as_markdown
from sensor.recording import RecordingTable, read_recording, write_recording
from sensor.samples import FloatArray
from sensor.simulation import WalkSpec, simulate


@pytest.fixture(scope="module")
def walk() -> RecordingTable:
    return simulate(WalkSpec(duration_s=50.0, placements=FOUR)).table


class TestRatio:
    def test_a_ratio_is_the_median_of_the_pairs_and_keeps_the_outlier_visible(self) -> None:
        ratio = Ratio((2.0, 30.0, 4.0), (1.0, 10.0, 1.0))
        assert ratio.value == 3.0
        assert max(ratio.each) == 4.0

    def test_turns_alternate(self) -> None:
        order: list[str] = []

        def cost(name: str, value: float) -> float:
            order.append(name)
            return value

        ratio = interleaved(lambda: cost("a", 6.0), lambda: cost("b", 2.0), 3)
        assert order == ["a", "b", "b", "a", "a", "b"]
        assert ratio.each == (3.0, 3.0, 3.0)


class TestProcesses:
    def test_cpu_is_that_of_the_whole_process_and_its_start(self) -> None:
        busy = "import time\nwhile time.process_time() < {}: pass"
        costs = [cpu_s(python("-c", busy.format(seconds))) for seconds in (0.1, 0.3)]
        assert costs[0] >= 0.1
        assert 0.3 <= costs[1] < 0.3 + costs[0]

    def test_a_failure_is_told_and_not_timed(self) -> None:
        with pytest.raises(RuntimeError, match="this went wrong"):
            cpu_s(python("-c", "import sys; sys.exit('this went wrong')"))

    def test_peak_memory_grows_by_what_is_touched(self) -> None:
        before = peak_rss_mb()
        size_mb = before + 50.0
        assert np.ones(int(size_mb * 1e6 / 8)).sum() > 0
        assert peak_rss_mb() > size_mb


class TestRecordings:
    def test_tiles_join_without_a_gap(self, walk: RecordingTable) -> None:
        long = tiled(walk, 3)
        assert len(long) == 3 * len(walk)
        assert np.diff(long.time_s) == pytest.approx(1.0 / walk.rate_hz)
        np.testing.assert_array_equal(long.acc_m_s2[FOUR[0]][len(walk) : 2 * len(walk)], walk.acc_m_s2[FOUR[0]])

    def test_parse_only_reads_what_the_program_reads(
        self, walk: RecordingTable, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("parse") / "walk.csv"
        write_recording(walk, path)
        parsed, table = parse(str(path)), read_recording(path)
        assert parsed.flags.c_contiguous
        np.testing.assert_array_equal(parsed[0], table.time_s)
        np.testing.assert_array_equal(parsed[1:4].T, table.acc_m_s2[table.placements[0]])


class TestEngine:
    def test_live_chunks_hold_every_sample_of_every_sensor_once(self, walk: RecordingTable) -> None:
        chunks = live_chunks(walk)
        for number, placement in enumerate(walk.placements):
            times = np.concatenate([chunk[number].time_s for chunk in chunks])
            assert {chunk[number].placement for chunk in chunks} == {placement}
            np.testing.assert_array_equal(times, walk.time_s)

    def test_chunks_are_measured_after_calibration_in_full_batches(self, walk: RecordingTable) -> None:
        cost = chunk_cost(walk)
        batches = len(cost.ratio.each)
        assert batches >= 1
        assert len(cost.each_s) == 100 * batches
        assert cost.each_s.sum() == pytest.approx(sum(cost.ratio.first))
        assert min(cost.ratio.second) > 0.0

    def test_patients_begin_one_after_the_other(self, walk: RecordingTable) -> None:
        short = replace(
            walk,
            time_s=walk.time_s[:400],
            acc_m_s2={p: v[:400] for p, v in walk.acc_m_s2.items()},
            gyr_rad_s={p: v[:400] for p, v in walk.gyr_rad_s.items()},
        )
        cost = patients_cost(short, 4, spread_s=2.0)
        assert cost.patients[[0, 5, 10, 15, 39]].tolist() == [1.0, 2.0, 3.0, 4.0, 4.0]
        assert cost.at_once == pytest.approx(0.1 * cost.patients.sum() / cost.round_s.sum())

    def test_a_stored_walk_can_be_streamed_for_longer_than_it_is(
        self, walk: RecordingTable, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("stream") / "walk.npz"
        store(walk, path)
        assert stream(path, 2.5, 200) > 2 * stream(path, 1.0, 200) > 0


class TestLag:
    @given(st.lists(st.floats(0.0, 0.1), min_size=1, max_size=50))
    def test_work_within_the_period_is_never_late(self, work: list[float]) -> None:
        np.testing.assert_array_equal(lags_s(np.array(work), 0.1), work)

    def test_a_stall_is_worked_off(self) -> None:
        lags = lags_s(np.array([0.05, 0.35, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]), 0.1)
        assert lags == pytest.approx([0.05, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05])

    def test_overload_grows_without_end(self) -> None:
        assert np.diff(lags_s(np.full(20, 0.11), 0.1)) == pytest.approx(0.01)


@dataclass(frozen=True)
class Result:
    values: FloatArray
    parts: dict[str, tuple[float, ...]]


class TestDigest:
    def test_the_same_numbers_elsewhere_in_memory_are_equal_also_nan(self) -> None:
        wide = np.array([[1.0, 7.0], [np.nan, 8.0]])
        assert digest(Result(wide[:, 0], {"a": (np.nan,)})) == digest(Result(wide[:, 0].copy(), {"a": (np.nan,)}))

    @pytest.mark.parametrize(
        "other",
        [
            Result(np.array([1.0, np.nextafter(2.0, 3.0)]), {"a": (0.5, 1.0)}),
            Result(np.array([[1.0, 2.0]]), {"a": (0.5, 1.0)}),
            Result(np.array([1.0, 2.0]), {"b": (0.5, 1.0)}),
            Result(np.array([1.0, 2.0]), {"a": (0.5, float(np.nextafter(1.0, 2.0)))}),
            Result(np.array([1.0, 2.0]), {"a": (0.5, 1.0, 1.0)}),
        ],
    )
    def test_any_bit_matters(self, other: Result) -> None:
        assert digest(other) != digest(Result(np.array([1.0, 2.0]), {"a": (0.5, 1.0)}))


class TestWords:
    @pytest.mark.parametrize(
        ("goal", "value", "verdict"),
        [
            (1, 2.5, "goal met"), (1, 2.51, "gate met, goal not met"), (1, 5.1, "gate not met"),
            (10, 500.0, "goal met"), (10, 499.0, "gate met, goal not met"), (10, 99.0, "gate not met"),
            (8, 1.0, "goal met"), (8, 0.0, "gate not met"), (9, None, "not measured"),
        ],
    )  # fmt: skip
    def test_verdict(self, goal: int, value: float | None, verdict: str) -> None:
        assert Outcome(TARGETS[goal], value).verdict == verdict

    def test_every_goal_is_measured_or_says_why_not(self) -> None:
        assert sorted(performance.MEASUREMENTS) == sorted(TARGETS)

    def test_the_table_has_every_goal_and_the_machine(self) -> None:
        facts = performance.machine_facts()
        outcomes = [Outcome(target, 1.0, 0.5, 2.0, "because") for target in TARGETS.values()]
        lines = as_markdown(outcomes, facts).splitlines()
        assert {line.count("|") for line in lines if line.startswith("|")} == {8}
        assert sum("because" in line for line in lines) == len(TARGETS)
        assert all(fact in lines[-1] for fact in facts)
        assert any("Python 3" in fact for fact in facts)
