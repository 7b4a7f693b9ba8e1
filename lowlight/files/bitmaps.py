"""BMP files that Pillow reads wrongly, without a word, are laid out anew in the one way that it reads right.

These are pictures with a palette: of two colours it takes black and white for one bit a pixel, whatever the file says,
and in runs it loses its place. And pictures whose alpha is 0 everywhere, which means that nobody has set it. The format
is Microsoft's BITMAPINFOHEADER and its kin.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

_ROWS, _RUNS, _HALF_RUNS = 0, 1, 2  # kinds of packing
_LINE_END, _END, _JUMP = range(3)
_OS2_HEADER = 12
_MOST_RUNS = 4_000_000
"""How many runs are read: their number decides the time, and a photo of 50 megapixels has a tenth of it."""


@dataclass(frozen=True)
class _Layout:
    """Where the pixels of a BMP file lie, and how."""

    width: int
    height: int
    first_row_first: bool
    bits: int
    packing: int
    start: int
    palette: bytes  # four bytes a colour


def with_whole_bytes(bitmap: bytes) -> bytes | None:
    """Return a BMP file with a palette as one of 256 colours without runs; None for one without a palette.

    Args:
        bitmap: a file whose size is within the limits.

    Raises:
        ValueError: it ends early, or its packing is none that is known.
    """
    layout = _layout(bitmap)
    if layout is None:
        return None
    levels = _unpacked_rows(bitmap, layout) if layout.packing == _ROWS else _unpacked_runs(bitmap, layout)
    rows = np.zeros((layout.height, -(-layout.width // 4) * 4), np.uint8)
    rows[:, : layout.width] = levels[::-1] if layout.first_row_first else levels
    start = 14 + 40 + 1024
    file_head = struct.pack("<2sLLL", b"BM", start + rows.size, 0, start)
    head = struct.pack("<LLLHHLLLLLL", 40, layout.width, layout.height, 1, 8, _ROWS, rows.size, 0, 0, 256, 0)
    return b"".join((file_head, head, layout.palette.ljust(1024, b"\0"), rows.tobytes()))


def ignore_unset_alpha(image: ImageFile.ImageFile, bitmap: bytes) -> None:
    """Let a BMP picture of 32 bits be opaque if its alpha is 0 everywhere; it would be black.

    Args:
        image: opened from the file, not loaded yet.
        bitmap: the file.
    """
    tile = image.tile[0]
    order, stride, direction = cast("tuple[str, int, int]", tile.args)
    alpha = np.frombuffer(bitmap, np.uint8, offset=tile.offset)[order.index("A") :: 4]
    if not alpha[: image.width * image.height].any():
        image.tile = [tile._replace(args=(order.replace("A", "X"), stride, direction))]
        image._mode = "RGB"


def _layout(bitmap: bytes) -> _Layout | None:
    """Return what the header says; None for pictures without a palette."""
    start, size = struct.unpack_from("<LL", bitmap, 10)
    if size == _OS2_HEADER:
        width, height, _, bits = struct.unpack_from("<HHHH", bitmap, 18)
        packing, count, entry = _ROWS, 0, 3
    else:
        width, height, _, bits, packing = struct.unpack_from("<llHHL", bitmap, 18)
        count, entry = struct.unpack_from("<L", bitmap, 46)[0], 4
    if bits not in (1, 2, 4, 8):
        return None
    if (packing, bits) not in ((_ROWS, bits), (_RUNS, 8), (_HALF_RUNS, 4)):
        raise ValueError("The pixels are packed in an unknown way.")
    told = bitmap[14 + size :][: entry * min(count or 2**bits, 2**bits)]
    if not told or len(told) % entry:
        raise ValueError("The palette ends early.")
    colours = np.frombuffer(told, np.uint8).reshape(-1, entry)[:, :3]
    palette = np.pad(colours, ((0, 0), (0, 1))).tobytes()
    start = start or 14 + size + len(told)
    return _Layout(width, abs(height), height < 0, bits, packing, start, palette)


def _unpacked_rows(bitmap: bytes, layout: _Layout) -> NDArray[np.uint8]:
    """Return the indices of rows that are filled up to 4 bytes each."""
    stride = (layout.width * layout.bits + 31) // 32 * 4
    rows = np.frombuffer(bitmap, np.uint8, stride * layout.height, layout.start).reshape(layout.height, stride)
    if layout.bits == 8:
        return rows[:, : layout.width]
    shifts = range(8 - layout.bits, -1, -layout.bits)
    parts = np.stack([rows >> shift & (2**layout.bits - 1) for shift in shifts], -1)
    return parts.reshape(layout.height, -1)[:, : layout.width]


def _unpacked_runs(bitmap: bytes, layout: _Layout) -> NDArray[np.uint8]:
    """Return the indices of a picture in runs (RLE8 and RLE4); what the runs leave out is the first colour."""
    levels = bytearray(layout.width * layout.height)
    for x, y, run in _runs(bitmap, layout):
        begin = y * layout.width + x
        kept = run[: max(layout.width - x, 0)]
        levels[begin : begin + len(kept)] = kept
    return np.frombuffer(levels, np.uint8).reshape(layout.height, layout.width)


def _runs(bitmap: bytes, layout: _Layout) -> Iterator[tuple[int, int, bytes]]:
    """Yield the column and the row at which each run of indices begins, rows counted as they are stored."""
    halves = layout.packing == _HALF_RUNS
    at, x, y = layout.start, 0, 0
    for _ in range(_MOST_RUNS):
        if y >= layout.height or (at == len(bitmap) and y == layout.height - 1 and x >= layout.width):
            return
        count, value = bitmap[at], bitmap[at + 1]
        at += 2
        if count:
            pair = bytes((value >> 4, value & 15)) if halves else bytes((value, value))
            run = (pair * (count // 2 + 1))[:count]
        elif value == _LINE_END:
            x, y = 0, y + 1
            continue
        elif value == _END:
            return
        elif value == _JUMP:
            x, y, at = x + bitmap[at], y + bitmap[at + 1], at + 2
            continue
        else:  # so many single pixels, filled up to 2 bytes
            size = (value + 1) // 2 if halves else value
            run = bitmap[at : at + size]
            if len(run) < size:
                raise ValueError("The runs end early.")
            run = bytes(half for pair in run for half in (pair >> 4, pair & 15))[:value] if halves else run
            at += size + size % 2
        yield x, y, run
        x += len(run)
    raise ValueError("There are too many runs.")
