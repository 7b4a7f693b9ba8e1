"""A picture of any size through the network, tile by tile, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lowlight.limits import TILE_SIZE
from lowlight.tone import FloatImage, Uint8Image, to_uint8

Window = tuple[slice, slice]
"""Rows and columns of a picture."""

TileSource = Callable[[Window], FloatImage]
"""Gives any window of the picture that is to be denoised: height x width x 3, float32 in [0, 1]."""


@dataclass(frozen=True)
class Tile:
    """One tile's geometry: ``inner`` is what it contributes to the picture, ``outer`` is that with its halo."""

    inner: Window
    outer: Window

    @property
    def crop(self) -> Window:
        """Where ``inner`` lies inside ``outer``."""
        (rows, cols), (top, left) = self.inner, (self.outer[0].start, self.outer[1].start)
        return slice(rows.start - top, rows.stop - top), slice(cols.start - left, cols.stop - left)


def tiles(height: int, width: int, halo: int, size: int = TILE_SIZE) -> list[Tile]:
    """Cut a picture into tiles of at most ``size`` x ``size`` pixels, with a halo that ends at the picture's border."""
    return [
        Tile((rows, cols), (_grow(rows, halo, height), _grow(cols, halo, width)))
        for rows in _spans(height, size)
        for cols in _spans(width, size)
    ]


def denoise(
    source: TileSource,
    shape: tuple[int, int],
    network: Callable[[FloatImage], FloatImage],
    *,
    halo: int,
    strength: float = 1.0,
    size: int = TILE_SIZE,
) -> Iterator[tuple[float, Uint8Image]]:
    """Denoise a picture; after each tile yield the share that is done and the (growing) result.

    With ``halo`` at least the network's receptive field, tiles give what the whole picture
    in one go gives, to rounding.

    Args:
        source: the picture, window by window.
        shape: its height and width.
        network: from height x width x 3, float32 to the same.
        halo: pixels of surroundings each tile is given.
        strength: 0 is the picture as it was, 1 the network's output, in between a mixture of both.
        size: the tiles' side in pixels.

    Yields:
        ``(share, picture)``: the share of tiles done, in (0, 1], and the picture, height x width x 3, uint8; the same
        array each time.
    """
    result = np.empty((*shape, 3), np.uint8)
    plan = tiles(*shape, halo=halo, size=size)
    for done, tile in enumerate(plan, start=1):
        result[tile.inner] = to_uint8(_denoise_tile(source, tile, network, strength))
        yield done / len(plan), result


def _denoise_tile(
    source: TileSource, tile: Tile, network: Callable[[FloatImage], FloatImage], strength: float
) -> FloatImage:
    if strength == 0:
        return source(tile.inner)
    picture = source(tile.outer)
    clean = network(picture)[tile.crop]
    return clean if strength == 1 else picture[tile.crop] + np.float32(strength) * (clean - picture[tile.crop])


def _spans(length: int, size: int) -> list[slice]:
    """Cut ``length`` into the fewest spans of at most ``size``, all about as long: no sliver at the end."""
    count = -(-length // size)
    edges = [round(index * length / count) for index in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _grow(span: slice, halo: int, length: int) -> slice:
    return slice(max(span.start - halo, 0), min(span.stop + halo, length))
