"""Records to blocks while recording: causal, in order, never jumping, never held up by one node."""

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from sensor.acquisition.live_fold import SILENT_S, LiveFold
from sensor.acquisition.plan import RECORDING, RecordingPlan
from sensor.person import Person
from sensor.recording.journal import Record, StateChange
from sensor.recording.journal_reader import JournalReader
from sensor.recording.table import RecordingError
from sensor.samples import HIPS, KNEES, Placement, SampleBlock, Side
from tests.firmware_protocol.packets import clockwork
from tests.sensor.recorded import record

LOST_S = (6.0, 12.0)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """20 s of four nodes whose gyr tells the true time; the first node's link is gone for 6 s."""
    path = tmp_path_factory.mktemp("sessions") / "s"
    return record(path, dict.fromkeys(KNEES + HIPS, clockwork), 20.0, loss=0.02, lost_s=LOST_S)


def folded(records: list[Record]) -> list[tuple[Record, list[SampleBlock]]]:
    fold = LiveFold()
    return [(r, fold.push(r)) for r in records]


def begin_ns(records: list[Record]) -> int:
    return next(r.host_ns for r in records if isinstance(r, StateChange) and r.state == RECORDING)


def test_times_rise_and_nothing_is_known_before_it_arrived(records: list[Record]) -> None:
    newest = dict.fromkeys(KNEES + HIPS, -np.inf)
    for r, blocks in folded(records):
        now_s = (r.host_ns - begin_ns(records)) * 1e-9
        for block in blocks:
            assert (np.diff(block.time_s) > 0.0).all()
            assert newest[block.placement] < block.time_s[0]
            assert block.time_s[-1] < now_s + 0.001
            newest[block.placement] = float(block.time_s[-1])
    assert min(newest.values()) > 19.0


def test_samples_lie_where_they_were_felt(records: list[Record]) -> None:
    rows: dict[Placement, list[tuple[float, float]]] = defaultdict(list)
    for _, blocks in folded(records):
        for block in blocks:
            rows[block.placement] += list(
                zip(block.time_s.tolist(), (block.gyr_rad_s[:, 0] / 0.05).tolist(), strict=True)
            )
    late_s = {p: np.nanmedian([true - at for at, true in pairs if at > 3.0]) for p, pairs in rows.items()}
    for one, other in itertools.combinations(late_s.values(), 2):
        assert abs(one - other) < 0.006  # after seconds, not minutes: the clocks' own claim is 5 to 10 ms
    for pairs in rows.values():
        steps = np.diff([at for at, true in pairs if np.isfinite(true)])
        assert np.median(steps) == pytest.approx(0.01, abs=2e-4)
        assert (steps[steps < 0.1] < 0.0125).all()  # a new fit opens no gap of its own


def test_a_silent_node_holds_up_nobody(records: list[Record]) -> None:
    newest: dict[Placement, float] = {}
    for r, blocks in folded(records):
        newest |= {block.placement: float(block.time_s[-1]) for block in blocks}
        now_s = (r.host_ns - begin_ns(records)) * 1e-9
        if LOST_S[0] + SILENT_S < now_s < LOST_S[1] + 3.0:
            assert min(newest.values()) > now_s - SILENT_S - 1.0


def test_only_what_has_come_before_counts(records: list[Record]) -> None:
    whole = folded(records)
    half = folded(records[: len(records) // 2])
    for (_, ours), (_, theirs) in zip(half, whole, strict=False):
        assert [b.placement for b in ours] == [b.placement for b in theirs]
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.time_s, b.time_s)
            np.testing.assert_array_equal(a.gyr_rad_s, b.gyr_rad_s)


def test_the_fold_of_the_journal_is_that_of_the_session(tmp_path: Path) -> None:
    live = folded(record(tmp_path / "s", dict.fromkeys(KNEES, clockwork), 5.0))
    again = folded(list(JournalReader(tmp_path / "s" / "journal")))
    ours, theirs = ([block for _, blocks in run for block in blocks] for run in (live, again))
    assert len(ours) == len(theirs) > 50
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.time_s, b.time_s)


def test_the_plan_survives_the_journal() -> None:
    person = Person(code="P7", height_m=1.7, painful_side=Side.RIGHT)
    plan = RecordingPlan({"A": Placement.SACRUM}, {"A": 100.0}, person, "walk")
    assert RecordingPlan.of(plan.begun(5)) == plan
    assert plan.rates_by_placement == {Placement.SACRUM: 100.0}


@pytest.mark.parametrize("detail", [{}, {"placements": {"A": "nose"}}, {"placements": 5, "rates_hz": 5}])
def test_a_plan_that_makes_no_sense_is_a_sentence(detail: dict[str, object]) -> None:
    with pytest.raises(RecordingError, match="makes no sense"):
        RecordingPlan.of(StateChange(0, "", RECORDING, detail))
