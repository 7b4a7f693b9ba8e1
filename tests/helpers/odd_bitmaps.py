"""BMP files of every kind, written by hand with the picture that each shows: what bmpsuite holds, and more."""

import itertools
import struct

import numpy as np

from tests.helpers.odd_tiffs import packed_rows
from tests.helpers.pictures import scene

_RUNS = {8: 1, 4: 2}
_MASKS = 3


def bmp_of(pixels, width, height, bits, *, header=40, kind=0, palette=b"", colours=0, masks=(), gap=0):
    """Return a BMP file.

    Args:
        pixels: the bytes of its rows, or of its runs.
        width: in pixels.
        height: in pixels; negative where the first row stands first.
        bits: a pixel's.
        header: its bytes: 12, 40, 52, 56, 64, 108 or 124.
        kind: 0 rows, 1 runs of bytes, 2 runs of half bytes, 3 masks.
        palette: its bytes: 4 a colour, or 3 in a header of 12.
        colours: how many the header says there are; 0 is as many as there can be.
        masks: the bits of red, green, blue and alpha.
        gap: how many bytes stand before the pixels that belong to nothing.
    """
    packed = b"".join(struct.pack("<L", mask) for mask in masks)
    if header == 12:
        head = struct.pack("<LHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack("<LllHHLLllLL", header, width, height, 1, bits, kind, len(pixels), 2835, 2835, colours, 0)
        head = (
            (head + packed).ljust(header, b"\0") if header > 40 and header != 64 else head.ljust(header, b"\0") + packed
        )
    start = 14 + len(head) + len(palette) + gap
    return struct.pack("<2sLLL", b"BM", start + len(pixels), 0, start) + head + palette + bytes(gap) + pixels


def rows_of(samples, bits):
    """Return rows of samples, the last first, each filled up to 4 bytes."""
    size = -(-samples.shape[1] * bits // 8)
    rows = packed_rows(samples, bits) if bits <= 8 else samples.tobytes()
    lines = [rows[at : at + size].ljust(-(-size // 4) * 4, b"\0") for at in range(0, len(rows), size)]
    return b"".join(reversed(lines))


def good():
    """Yield (name, content, picture) of files that are as they should be; a picture is height x width x 3, uint8."""
    yield from _palettes()
    yield from _runs()
    yield from _direct()


def _palettes():
    """Yield pictures with palettes: full and short ones, grey ones, and black and white in every depth."""
    random = np.random.default_rng(0)
    grey = scene(31, 61)[..., 0]
    for bits in (1, 2, 4, 8):
        count = 2**bits
        tables = {"colours": random.integers(0, 256, (count, 3), np.uint8)}
        tables["greys"] = np.repeat(np.linspace(0, 255, count).astype(np.uint8)[:, None], 3, 1)
        tables["dark"] = np.repeat(np.arange(count, dtype=np.uint8)[:, None], 3, 1)
        tables["few"] = random.integers(0, 256, (max(2, count // 2 - 1), 3), np.uint8)
        tables["black-and-white"] = np.array([[0] * 3, [255] * 3], np.uint8)
        tables["white-and-black"] = tables["black-and-white"][::-1]
        for (name, table), header in itertools.product(tables.items(), (12, 40, 64, 108, 124)):
            if header == 12 and len(table) < count:
                continue  # it cannot say how many there are
            levels = (grey.astype(int) >> (8 - bits)) % len(table)
            palette = np.pad(table[:, ::-1], [(0, 0), (0, header != 12)]).tobytes()
            told = {"header": header, "palette": palette, "colours": len(table) % count}
            yield f"{name}-{bits}-{header}", bmp_of(rows_of(levels, bits), 61, 31, bits, **told), table[levels]
        levels = grey.astype(int) >> (8 - bits)
        palette = np.pad(tables["colours"][:, ::-1], [(0, 0), (0, 1)]).tobytes()
        data = bmp_of(rows_of(levels[::-1], bits), 61, -31, bits, palette=palette)
        yield f"first-row-first-{bits}", data, tables["colours"][levels]
        data = bmp_of(rows_of(levels, bits), 61, 31, bits, palette=palette, gap=7)
        yield f"gap-{bits}", data, tables["colours"][levels]


def _runs():
    """Yield pictures as runs: repeated and single pixels of odd lengths, rows that end early, jumps, an early end."""
    table = np.random.default_rng(0).integers(0, 256, (16, 3), np.uint8)
    palette = np.pad(table[:, ::-1], [(0, 0), (0, 1)]).tobytes()
    for bits, kind in _RUNS.items():
        for name, (stream, levels) in _streams(bits).items():
            for gap in (0, 1):
                told = {"kind": kind, "palette": palette, "colours": 16, "gap": gap}
                yield f"runs-{name}-{bits}-{gap}", bmp_of(stream, 9, 4, bits, **told), table[levels]


def _streams(bits):
    """Return by name the bytes of runs, and the 4 x 9 levels that they mean."""

    def single(*levels):
        packed = bytes(levels) if bits == 8 else packed_rows(np.array([levels]), 4)
        return bytes([0, len(levels)]) + packed + bytes(len(packed) % 2)

    def repeated(count, level):
        return bytes([count, level if bits == 8 else level * 17])

    line, end = b"\0\0", b"\0\1"
    row = [1, 2, 3, 4, 4, 4, 5, 6, 7]
    whole = single(1, 2, 3) + repeated(3, 4) + single(5, 6, 7)
    full = np.array([row] * 4)
    empty, short = full.copy(), full.copy()
    empty[2] = 0
    short[:2] = short[2, 5:] = 0
    left = single(1, 2, 3) + repeated(2, 4)
    return {
        "odd": ((whole + line) * 4 + end, full),
        "without-last-line-end": ((whole + line) * 3 + whole + end, full),
        "without-end": ((whole + line) * 4, full),
        "same": ((repeated(9, 3) + line) * 4 + end, np.full((4, 9), 3)),
        "empty-row": (whole + line + line + (whole + line) * 2 + end, empty),
        "jump": (
            whole + line + repeated(2, 1) + b"\0\2\3\1" + repeated(4, 6) + line + whole + line + end,
            _jumped(row),
        ),
        "early-end": (whole + line + left + end, short),
    }  # fmt: skip


def _jumped(row):
    """Return the levels of the picture with a jump: rows from the last to the first."""
    levels = np.zeros((4, 9), int)
    levels[3] = levels[0] = row
    levels[2, :2] = 1
    levels[1, 5:] = 6
    return levels


def _direct():
    """Yield pictures without a palette: 16, 24 and 32 bits, with and without masks, clear where alpha says so."""
    rgb = scene(31, 61)
    alpha = np.linspace(0, 255, 61).astype(np.uint8)[None, :, None].repeat(31, 0)
    over = np.rint(rgb * (alpha / 255)).astype(np.uint8)
    for header in (12, 40, 108):
        yield f"24-{header}", bmp_of(rows_of(rgb[..., ::-1].copy(), 24), 61, 31, 24, header=header), rgb
    unused = np.dstack([rgb[..., ::-1], np.zeros((31, 61), np.uint8)])
    for header in (40, 108, 124):
        yield f"32-{header}", bmp_of(rows_of(unused, 32), 61, 31, 32, header=header), rgb
    yield "first-row-first-24", bmp_of(rows_of(rgb[::-1, :, ::-1].copy(), 24), 61, -31, 24), rgb
    told = {"header": 124, "kind": _MASKS}
    straight = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    pixels = np.dstack([rgb[..., ::-1], alpha])
    yield "alpha", bmp_of(rows_of(pixels, 32), 61, 31, 32, masks=straight, **told), over
    yield "alpha-nowhere", bmp_of(rows_of(unused, 32), 61, 31, 32, masks=straight, **told), rgb
    turned = (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    yield "alpha-turned", bmp_of(rows_of(np.dstack([rgb, alpha]), 32), 61, 31, 32, masks=turned, **told), over
    for name, sizes, bits in (("565", (5, 6, 5), 16), ("555", (5, 5, 5), 16), ("444", (4, 4, 4), 16),
                              ("888", (8, 8, 8), 32), ("10-10-10", (10, 10, 10), 32)):  # fmt: skip
        red, green, blue = (rgb[..., one].astype(int) * (2**size - 1) // 255 for one, size in enumerate(sizes))
        places = (sizes[1] + sizes[2], sizes[2], 0)
        packed = red << places[0] | green << places[1] | blue
        shown = [value * 255 / (2**size - 1) for value, size in zip((red, green, blue), sizes, strict=True)]
        shown = np.rint(np.stack(shown, -1)).astype(np.uint8)
        masks = tuple((2**size - 1) << place for size, place in zip(sizes, places, strict=True))
        rows = rows_of(packed.astype(f"<u{bits // 8}"), bits)
        for header in (40, 124):
            yield f"masks-{name}-{header}", bmp_of(rows, 61, 31, bits, kind=_MASKS, masks=masks, header=header), shown
        if name == "555":
            yield "16", bmp_of(rows, 61, 31, 16), shown
