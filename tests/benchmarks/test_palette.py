"""Few colours: what is rare and far from the rest keeps its colour."""

import numpy as np

from benchmarks.palette import few_colours


def test_few_pixels_of_a_colour_of_their_own_keep_it() -> None:
    greys = np.repeat(np.arange(200, dtype=np.uint8)[:, None], 3, axis=1)
    many = np.repeat(greys, 50, axis=0)
    red, blue = [194, 18, 31], [31, 79, 216]
    pixels = np.vstack([many, np.array([red, red, blue], np.uint8)])
    colours, indices = few_colours(pixels)
    shown = colours[indices]
    assert shown[-3:].tolist() == [red, red, blue]
    assert np.abs(shown[:-3].astype(int) - many.astype(int)).max() <= 1
    assert len(colours) <= 255


def test_a_picture_of_few_colours_is_what_it_was() -> None:
    pixels = np.random.default_rng(1).choice(np.array([0, 90, 255], np.uint8), (500, 3))
    colours, indices = few_colours(pixels)
    assert (colours[indices] == pixels).all()
