"""Camera raw files for tests: DNGs (Adobe's specification, 1.4) of a known scene, as a sensor would have counted it."""

import struct
from io import BytesIO

import numpy as np
import tifffile

XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
"""D65 XYZ to linear sRGB (IEC 61966-2-1): the ColorMatrix1 of a sensor that sees as sRGB does."""

NEUTRAL = (0.5, 1.0, 0.625)
"""How much of white's red, green and blue this sensor counts under the photo's light (AsShotNeutral)."""

BAYER = ((0, 1), (1, 2))
"""The colours of a sensor's filters: red 0, green 1, blue 2."""

XTRANS = (
    (1, 2, 1, 1, 0, 1),
    (0, 1, 0, 2, 1, 2),
    (1, 2, 1, 1, 0, 1),
    (1, 0, 1, 1, 2, 1),
    (2, 1, 2, 0, 1, 0),
    (1, 0, 1, 1, 2, 1),
)
"""Those of Fujifilm's X-Trans sensors."""

BLACK, WHITE = 512, 16383
"""Levels of a sensor of 14 bits."""

_GREY, _CFA, _LINEAR_RAW = 1, 32803, 34892
_EXIF, _STAND_IN = 34665, 34666  # tifffile writes no EXIF
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10


def counted(light, *, neutral=NEUTRAL, black=BLACK, white=WHITE):
    """Return what a sensor counts, uint16, of linear sRGB light in [0, 1]: height x width x 3, from black to white."""
    counts = black + np.asarray(light, np.float64) * neutral * (white - black)
    return np.clip(np.rint(counts), 0, white).astype(np.uint16)


def mosaic(counts, filters=BAYER):
    """Return what is left behind a colour filter array: height x width."""
    (height, width), side = counts.shape[:2], len(filters)
    colours = np.tile(filters, (-(-height // side), -(-width // side)))[:height, :width]
    return np.take_along_axis(counts, colours[..., np.newaxis], 2)[..., 0]


def dng(
    counts, *, neutral=NEUTRAL, black=BLACK, white=WHITE, filters=BAYER, baseline=None, orientation=1, exposure=b""
):
    """Return a DNG file.

    Args:
        counts: uint16, height x width of a mosaic, or height x width x 3 or 1 (linear DNG).
        neutral: AsShotNeutral; None leaves it out.
        black: BlackLevel.
        white: WhiteLevel.
        filters: CFAPattern, where it is a mosaic.
        baseline: BaselineExposure in stops; None leaves it out.
        orientation: EXIF's.
        exposure: a directory of EXIF tags, which is put at the file's end.
    """
    flat = counts.ndim == 2
    samples = 1 if flat else counts.shape[2]
    extra = [
        (50706, _BYTE, 4, (1, 4, 0, 0), True),
        (50707, _BYTE, 4, (1, 1, 0, 0), True),
        (50708, _ASCII, 0, "Maker Model", True),
        (271, _ASCII, 0, "Maker", True),
        (272, _ASCII, 0, "Model", True),
        (274, _SHORT, 1, orientation, True),
        (50714, _LONG, samples, (black,) * samples, True),
        (50717, _LONG, samples, (white,) * samples, True),
        (50721, _SRATIONAL, 9, _fractions(np.ravel(XYZ_TO_SRGB)), True),
        (50778, _SHORT, 1, 21, True),  # D65
    ]
    if flat:
        side = len(filters)
        extra += [(33421, _SHORT, 2, (side, side), True), (33422, _BYTE, side**2, tuple(sum(filters, ())), True)]
    if neutral:
        extra.append((50728, _RATIONAL, 3, _fractions(neutral), True))
    if baseline is not None:
        extra.append((50730, _SRATIONAL, 1, _fractions([baseline]), True))
    kind = _CFA if flat else _LINEAR_RAW
    if not exposure:
        return _written(counts, kind, extra)
    length = len(_written(counts, kind, [*extra, (_STAND_IN, _LONG, 1, 0, True)]))
    written = _written(counts, kind, [*extra, (_STAND_IN, _LONG, 1, length, True)])
    return written.replace(*(struct.pack("<HH", tag, _LONG) for tag in (_STAND_IN, _EXIF))) + exposure


def directory(tags):
    """Return a directory of short TIFF tags: (number, value), each of 16 bits."""
    entries = b"".join(struct.pack("<HHIHxx", tag, _SHORT, 1, value) for tag, value in tags)
    return struct.pack("<H", len(tags)) + entries + bytes(4)


def srgb(light):
    """Return sRGB values of linear light, both in [0, 1], by IEC 61966-2-1's formula."""
    light = np.asarray(light, np.float64)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def _fractions(values):
    return tuple(int(part) for value in values for part in (round(value * 1_000_000), 1_000_000))


def _written(counts, photometric, extra):
    file = BytesIO()
    is_grey = counts.shape[2:] == (1,)  # tifffile wants three samples in LinearRaw
    kind, planes = (_GREY, counts[..., 0]) if is_grey else (photometric, counts)
    planar = {"planarconfig": "contig"} if planes.ndim == 3 else {}
    tifffile.imwrite(file, planes, photometric=kind, metadata=None, extratags=extra, byteorder="<", **planar)
    return file.getvalue().replace(*(struct.pack("<HHLL", 262, _SHORT, 1, told) for told in (kind, photometric)))
