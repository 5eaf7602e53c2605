from dataclasses import replace

import numpy as np
import pytest

from sensor.recording import Marker, RecordingTable, kept
from sensor.recording.marks import Mark, is_standard


@pytest.mark.parametrize("label", [*Mark, *(Mark.PAIN.told(number) for number in (None, 0, 7, 10))])
def test_what_can_be_set_is_known_again(label: str) -> None:
    assert is_standard(label)


@pytest.mark.parametrize("label", ["", "Event", "event at the bakery", "pain 100", "pain of Ann", "exclude", "turn 3"])
def test_words_that_somebody_wrote_are_none_of_ours(label: str) -> None:
    assert not is_standard(label)


def test_the_mark_that_excludes_is_the_one_that_is_heeded() -> None:
    table = RecordingTable("walk", np.arange(300) / 100.0, {}, {}, 100.0)
    assert len(kept(replace(table, markers=(Marker(1.0, Mark.EXCLUDE.told(None)),)))) == 100
