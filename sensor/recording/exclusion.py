"""A marker behind which nothing is analysed: somebody stumbled, or walked on with a visitor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensor.recording.table import RecordingTable

EXCLUDED_FROM = "exclude from here"  # label of the marker


def kept(table: RecordingTable) -> RecordingTable:
    """The recording up to the first marker that excludes what follows; a notice says so."""
    marked = [marker.time_s for marker in table.markers if marker.label == EXCLUDED_FROM]
    if not marked:
        return table
    part = slice(0, int(np.searchsorted(table.time_s, min(marked))))
    return replace(
        table,
        time_s=table.time_s[part],
        acc_m_s2={placement: samples[part] for placement, samples in table.acc_m_s2.items()},
        gyr_rad_s={placement: samples[part] for placement, samples in table.gyr_rad_s.items()},
        notices=(*table.notices, f"What follows {min(marked):.1f} s is left out, as it was marked."),
    )
