"""A picture of any size, made tile by tile, in bounded memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import FloatImage, Window, to_half, to_uint8
from lowlight.limits import TILE_SIZE

_STORES: dict[np.dtype[Any], Callable[[FloatImage], NDArray[Any]]] = {
    np.dtype(np.uint8): to_uint8,
    np.dtype(np.float16): to_half,
    np.dtype(np.float32): lambda made: made,
}


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


def tiles(height: int, width: int, halo: int, size: int = TILE_SIZE, stride: int = 1) -> list[Tile]:
    """Cut a picture into tiles of at most ``size`` x ``size`` pixels, with a halo that ends at the picture's border.

    All corners of ``outer`` lie on multiples of ``stride``, those at the picture's far borders excepted.
    """
    margin = -(-halo // stride) * stride
    return [
        Tile((rows, cols), (_grow(rows, margin, height), _grow(cols, margin, width)))
        for rows in _spans(height, size, stride)
        for cols in _spans(width, size, stride)
    ]


def in_tiles(
    make: Callable[[Any], FloatImage],
    result: NDArray[Any],
    *,
    halo: int,
    stride: int = 1,
    size: int = TILE_SIZE,
    before: Callable[[Window], Any] = lambda window: window,
    after: Callable[[FloatImage, Any], FloatImage] = lambda made, _: made,
) -> Iterator[float]:
    """Make a picture tile by tile; after each yield the share of tiles that is done, in (0, 1].

    With ``halo`` at least the receptive field of what makes it, tiles give what the whole picture in one go
    gives, to rounding.

    Args:
        make: makes a part of the picture of what ``before`` returned, a part's window by default; in this thread.
            Returns height x width x 3, float32; clipped to [0, 1] later.
        result: is filled: height x width x 3, uint8 (rounded and clipped), float16 (rounded) or float32.
        halo: pixels of surroundings that each tile is made with, and that are thrown away.
        stride: tiles begin at multiples of this.
        size: the tiles' side in pixels, a multiple of ``stride``.
        before: gets the next tile ready, in another thread while ``make`` works.
        after: finishes the tile before, likewise, given what was made and what it was made of.
    """
    height, width = result.shape[:2]
    plan = tiles(height, width, halo, size, stride)
    store = _STORES[result.dtype]

    def finish(tile: Tile, made: FloatImage, ready: object) -> None:
        result[tile.inner] = store(after(made, ready)[tile.crop])

    if len(plan) == 1:  # nothing to work beside, and threads would cost
        ready = before(plan[0].outer)
        finish(plan[0], make(ready), ready)
        yield 1.0
        return
    with ThreadPoolExecutor(2) as pool:
        upcoming, finishing = pool.submit(before, plan[0].outer), None
        for done, tile in enumerate(plan, start=1):
            ready = upcoming.result()
            if done < len(plan):
                upcoming = pool.submit(before, plan[done].outer)
            made = make(ready)
            _wait(finishing)
            finishing = pool.submit(finish, tile, made, ready)
            if done == len(plan):
                _wait(finishing)
            yield done / len(plan)


def _wait(finishing: Future[None] | None) -> None:
    if finishing is not None:
        finishing.result()


def _spans(length: int, size: int, stride: int) -> list[slice]:
    """Cut ``length`` into the fewest spans of at most ``size``, all about as long: no sliver at the end."""
    units = -(-length // stride)
    count = -(-units // (size // stride))
    edges = [min(round(index * units / count) * stride, length) for index in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _grow(span: slice, halo: int, length: int) -> slice:
    return slice(max(span.start - halo, 0), min(span.stop + halo, length))
