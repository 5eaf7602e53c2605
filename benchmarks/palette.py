"""Pictures of a page as small palette PNGs: the browser reads the pixels, numpy chooses the colours, zlib packs."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

FREQUENT = 128  # colours of areas and their edges ...
RARE = 127  # ... and of thin lines and small letters, however few their pixels are
_READ = """async (encoded) => {
  const image = new Image();
  image.src = "data:image/png;base64," + encoded;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def palette_png(reader: Page, png: bytes) -> bytes:
    """The same picture with at most 255 colours; ``reader`` is an empty page of the browser."""
    width, height, pixels = reader.evaluate(_READ, base64.b64encode(png).decode())
    rgba = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height, width, 4)
    colours, indices = few_colours(rgba[:, :, :3].reshape(-1, 3))
    rows = np.zeros((height, width + 1), np.uint8)  # the first byte of a row is its filter: none
    rows[:, 1:] = indices.reshape(height, width)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", colours.tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def few_colours(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The most frequent colours, then those farthest from all chosen; and for every pixel which is nearest.

    Parameters
    ----------
    pixels : (n, 3) array
        Red, green, blue.

    Returns
    -------
    colours : (k, 3) array, indices : (n,) array
    """
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    there, which, counts = np.unique(packed, return_inverse=True, return_counts=True)
    every = np.stack([there >> 16, there >> 8 & 255, there & 255], axis=1).astype(np.int64)
    chosen = list(np.argsort(-counts, kind="stable")[:FREQUENT])
    distance = ((every[:, None, :] - every[chosen][None, :, :]) ** 2).sum(axis=2)
    while len(chosen) < FREQUENT + RARE and (nearest := distance.min(axis=1)).any():
        chosen.append(nearest.argmax())
        distance = np.column_stack([distance, ((every - every[chosen[-1]]) ** 2).sum(axis=1)])
    return every[chosen].astype(np.uint8), distance.argmin(axis=1).astype(np.uint8)[which.reshape(-1)]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
