"""PNG files of every kind and fault, written by hand: what PngSuite holds, and more."""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""First row, first column, and the steps from one to the next, of each of the seven passes."""


def chunk(name, data, *, crc=None, length=None):
    """Return a chunk, with a checksum or a length of one's own if it is to be wrong."""
    real = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + name + data + struct.pack(">I", real)


def header(width, height, depth, colour, interlaced=0, *, compression=0, filtering=0):
    """Return the data of an IHDR chunk."""
    return struct.pack(">IIBBBBB", width, height, depth, colour, compression, filtering, interlaced)


def scanlines(width, height, depth, colour, interlaced, random, kinds=(0,)):
    """Return filtered rows of random samples, pass by pass where they are interlaced."""
    lines = b""
    for top, left, down, across in ADAM7 if interlaced else ((0, 0, 1, 1),):
        rows, columns = -(-(height - top) // down), -(-(width - left) // across)
        if rows <= 0 or columns <= 0:
            continue
        size = -(-columns * SAMPLES[colour] * depth // 8)
        for row in range(rows):
            lines += bytes([kinds[row % len(kinds)]]) + random.integers(0, 256, size, np.uint8).tobytes()
    return lines


def palette(depth):
    """Return a PLTE chunk with as many colours as there can be."""
    return chunk(b"PLTE", bytes(value * 5 % 256 for value in range(3 * 2**depth)))


def png(width=32, height=32, depth=8, colour=2, interlaced=0, *, extra=(), kinds=(0,), seed=0, pieces=1):
    """Return a whole PNG file; ``extra`` chunks stand before the pixels, which come in so many pieces."""
    random = np.random.default_rng(seed)
    pixels = zlib.compress(scanlines(width, height, depth, colour, interlaced, random, kinds))
    step = -(-len(pixels) // pieces)
    parts = [chunk(b"IHDR", header(width, height, depth, colour, interlaced))]
    parts += [palette(depth)] if colour == 3 else []
    parts += [*extra, *(chunk(b"IDAT", pixels[at : at + step]) for at in range(0, len(pixels), step))]
    return SIGNATURE + b"".join(parts) + chunk(b"IEND", b"")


def good():
    """Yield (name, content) of files that are as they should be."""
    for colour, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (0, 1):
                yield f"basic-{colour}-{depth}-{interlaced}", png(depth=depth, colour=colour, interlaced=interlaced)
    for side in range(1, 41):
        yield f"size-{side}", png(side, 41 - side, 4, 3, side % 2)
        yield f"square-{side}", png(side, side, 8, 6, side % 2)
    for kind in range(5):
        yield f"filter-{kind}", png(kinds=(kind,))
    yield "filter-mixed", png(kinds=(0, 1, 2, 3, 4), colour=6, depth=16)
    for pieces in (2, 7, 400):
        yield f"pieces-{pieces}", png(pieces=pieces)
    yield from ((f"chunk-{name}", png(colour=colour, extra=[extra])) for name, colour, extra in _chunks())


def _chunks():
    for gamma in (0, 1, 35000, 45455, 100000, 2**31 - 1, 2**32 - 1):
        yield f"gamma-{gamma}", 2, chunk(b"gAMA", struct.pack(">I", gamma))
    for intent in (0, 3, 9):
        yield f"srgb-{intent}", 2, chunk(b"sRGB", bytes([intent]))
    yield "chromaticities", 2, chunk(b"cHRM", struct.pack(">8I", *[0] * 8))
    for name, data in {"empty": b"", "text": b"a profile", "bomb": zlib.compress(bytes(9_000_000))}.items():
        yield f"profile-{name}", 2, chunk(b"iCCP", b"icc\0\0" + data)
    for colour, size in ((0, 2), (2, 6), (3, 5), (3, 300), (4, 2), (6, 0), (0, 1), (2, 2)):
        yield f"transparent-{colour}-{size}", colour, chunk(b"tRNS", bytes(size))
    yield "background", 2, chunk(b"bKGD", bytes(6))
    yield "no-resolution", 2, chunk(b"pHYs", bytes(9))
    yield "short-resolution", 2, chunk(b"pHYs", bytes(3))
    yield "exif", 2, chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0")
    yield "exif-broken", 2, chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff")
    yield "text", 2, chunk(b"tEXt", b"Title\0Night")
    yield "text-compressed", 2, chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"x" * 1000))
    yield "text-international", 2, chunk(b"iTXt", b"Title\0\1\0en\0\0" + zlib.compress(b"x" * 1000))
    yield "unknown", 2, chunk(b"vpAg", bytes(9))
    yield "unknown-critical", 2, chunk(b"ABCD", bytes(9))
    for frames in (0, 1, 1000):
        yield f"animated-{frames}", 2, chunk(b"acTL", struct.pack(">II", frames, 0))
    yield "frame-elsewhere", 2, chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9, 9, 2**31 - 1, 2**31 - 1, 0, 0, 9, 9))


def bad():
    """Yield (name, content) of files that break the format's rules."""
    whole = png()
    for at in range(8):
        yield f"signature-{at}", whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :]
    for share in (0.01, 0.03, 0.1, 0.5, 0.9, 0.99):
        yield f"cut-{share}", whole[: int(share * len(whole))]
    for depth in (0, 3, 5, 32, 255):
        yield f"depth-{depth}", _with_header(header(32, 32, depth, 0))
    for colour in (1, 5, 7, 255):
        yield f"colour-{colour}", _with_header(header(32, 32, 8, colour))
    for colour in (2, 4, 6):
        yield f"depth-of-colour-{colour}", _with_header(header(32, 32, 4, colour))
    for width, height in ((0, 9), (9, 0), (0, 0), (2**31, 1), (2**32 - 1, 2**32 - 1), (65000, 65000), (7000, 7000)):
        yield f"claims-{width}-{height}", _with_header(header(width, height, 8, 2))
    yield "compression", _with_header(header(32, 32, 8, 2, compression=1))
    yield "filtering", _with_header(header(32, 32, 8, 2, filtering=1))
    yield "interlacing", _with_header(header(32, 32, 8, 2, 9))
    yield "header-short", _with_header(header(32, 32, 8, 2)[:9])
    yield "header-long", _with_header(header(32, 32, 8, 2) + bytes(9))
    yield "header-crc", SIGNATURE + chunk(b"IHDR", header(32, 32, 8, 2), crc=7) + whole[33:]
    yield "header-twice", whole[:33] + whole[8:]
    yield "no-header", SIGNATURE + whole[33:]
    yield "no-pixels", whole[:33] + chunk(b"IEND", b"")
    yield "no-end", whole[:-12]
    yield from _bad_pixels(whole)


def _bad_pixels(whole):
    start = whole[:33]
    lines = scanlines(32, 32, 8, 2, 0, np.random.default_rng(0))
    pixels = zlib.compress(lines)
    contents = {
        "none": b"", "no-stream": b"no zlib stream", "too-few": zlib.compress(lines[:900]), "half": pixels[:1500],
        "too-many": zlib.compress(lines + bytes(9_000_000)), "checksum": pixels[:-2] + b"zz",
        "filter": zlib.compress(bytes([9]) + lines[1:]), "dictionary": b"\x78\xbb" + pixels[2:],
    }  # fmt: skip
    for name, data in contents.items():
        yield f"pixels-{name}", start + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    yield "pixels-crc", start + chunk(b"IDAT", pixels, crc=1) + chunk(b"IEND", b"")
    for length in (0, 2**31 - 1, 2**32 - 1):
        yield f"pixels-length-{length}", start + chunk(b"IDAT", pixels, length=length) + chunk(b"IEND", b"")
    indexed = SIGNATURE + chunk(b"IHDR", header(32, 32, 8, 3))
    stream = chunk(b"IDAT", zlib.compress(bytes(33) * 32)) + chunk(b"IEND", b"")
    for size in (0, 1, 3, 4, 768, 771, 3000):
        yield f"palette-{size}", indexed + chunk(b"PLTE", bytes(size)) + stream
    yield "palette-missing", indexed + stream
    yield "palette-late", indexed + stream[:-12] + palette(8) + stream[-12:]
    full = chunk(b"IDAT", zlib.compress((b"\0" + b"\xff" * 32) * 32)) + chunk(b"IEND", b"")
    yield "palette-left", indexed + chunk(b"PLTE", bytes(6)) + full


def _with_header(data):
    return SIGNATURE + chunk(b"IHDR", data) + png()[33:]
