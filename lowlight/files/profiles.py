"""Colours that a file describes by numbers instead of a profile become a profile, so that one way leads to sRGB.

There are code points (ITU-T H.273) in a PNG's `cICP` chunk and in the `nclx` box of HEIC and AVIF, and a PNG's `gAMA`
and `cHRM` chunks. An embedded ICC profile goes before them, and code points before `gAMA`. What is made is a profile of
a matrix and a curve (ICC.1:2010); white is adapted by Bradford's matrix.
"""

import struct
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from lowlight.errors import LowlightError
from lowlight.files import boxes

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)  # whites
_PRIMARIES = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060),  # BT.709, sRGB
    4: (0.670, 0.330, 0.210, 0.710, 0.140, 0.080),  # BT.470, system M
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060),  # BT.601 with 625 lines
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # BT.601 with 525 lines
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # SMPTE 240M
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049),  # film
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # SMPTE RP 431-2, P3 of cinemas
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077),  # EBU Tech. 3213
}
"""By code point: the x and y of red, green and blue."""

_OTHER_WHITES = {4: _C, 8: _C, 11: _DCI}
"""By code point; white is D65 in all the others."""

_SRGB_CURVE = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""ICC's parametric curve: its kind, then its parameters."""

_CINEMA_CURVE = (3, 2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0)  # SMPTE ST 428-1
_240M_CURVE = (3, 1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912)
_CURVES: dict[int, tuple[float, ...]] = {4: (0, 2.2), 5: (0, 2.8), 7: _240M_CURVE, 8: (0, 1.0), 17: _CINEMA_CURVE}
"""By code point. The curve of BT.709 and BT.601 (1, 6, 14, 15) stands for a camera's; pictures so marked are shown as
sRGB everywhere, as they were made."""

_HDR = {16: "PQ", 18: "HLG"}
_RARE_CURVES = {9: "log", 10: "log"}
_RARE_PRIMARIES = {10: "XYZ"}
_UNSPECIFIED = 2
_NARROW = (255 / 219, -16 / 219)
"""What makes full-range values of narrow-range ones (16 to 235 of 255): times this, plus that."""

_SRGB_CODE = 13
_SRGB_GAMMA = 0.45455
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50 = np.array([0.9642, 1.0, 0.8249])


def profile_of(image: ImageFile.ImageFile, file: BinaryIO, picture: boxes.Picture | None) -> bytes:
    """Return the ICC profile of an opened photo, embedded or made from what the file says; empty for sRGB.

    Args:
        image: from `file`, not loaded yet.
        file: stands afterwards where it stood.
        picture: what the boxes of HEIC and AVIF say.

    Raises:
        LowlightError: the colours are those of HDR, which have no place in sRGB, or of the cinema.
    """
    if embedded := image.info.get("icc_profile"):
        return bytes(embedded)
    if picture and picture.code_points:
        return _from_code_points(*picture.code_points)  # the decoder has widened a narrow range
    if image.format == "PNG" and (points := _png_code_points(file)):
        primaries, transfer, _, full_range = points
        return _from_code_points(primaries, transfer, full_range=bool(full_range))
    if image.format == "PNG" and "srgb" not in image.info:
        return _from_png(image.info.get("gamma"), image.info.get("chromaticity"))
    return b""


def matrix_profile(primaries: tuple[float, ...], white: tuple[float, float], curve: tuple[float, ...]) -> bytes:
    """Return an ICC profile of three colours and one curve.

    Args:
        primaries: x and y of red, green and blue (CIE 1931).
        white: x and y of the white.
        curve: the kind and the parameters of ICC's parametric curve.

    Raises:
        ValueError: the colours span no triangle.
    """
    columns = _adapted(primaries, white)
    parametric = b"para" + struct.pack(">IHH", 0, int(curve[0]), 0) + b"".join(map(_fixed, curve[1:]))
    tags = {b"desc": _text("RGB"), b"cprt": _text("CC0"), b"wtpt": _xyz(_D50)}
    tags |= {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns.T, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), parametric)
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    head = struct.pack(">I4xI4s4s4s", start + len(data), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s28x", 2000, 1, 1, 0, 0, 0, b"acsp") + b"".join(map(_fixed, _D50))
    return head.ljust(128, b"\0") + table + data


def _from_code_points(primaries: int, transfer: int, *, full_range: bool = True) -> bytes:
    """Return the profile of code points; values of narrow range become full ones in its curve."""
    if transfer in _HDR:
        raise LowlightError(
            "This photo is in HDR ({curve}), which cannot be read. Save it in standard range (SDR), and choose that.",
            curve=_HDR[transfer],
        )
    if rare := _RARE_CURVES.get(transfer) or _RARE_PRIMARIES.get(primaries):
        raise LowlightError(
            "This photo describes its colours in a way of the cinema ({name}), which cannot be read. "
            "Save it as sRGB, and choose that.",
            name=rare,
        )
    if primaries in (1, _UNSPECIFIED) and transfer not in _CURVES and full_range:
        return b""
    colours = _PRIMARIES.get(primaries, _PRIMARIES[1])
    curve = _CURVES.get(transfer, _SRGB_CURVE)
    return matrix_profile(colours, _OTHER_WHITES.get(primaries, _D65), curve if full_range else _widened(curve))


def _widened(curve: tuple[float, ...]) -> tuple[float, ...]:
    """Return ICC's parametric curve of kind 4 that takes narrow-range values to the light that a curve gives full ones.

    Args:
        curve: of kind 0, a power, or of kind 3, a power with a line below it.
    """
    _, gamma, *rest = curve
    scale, shift, slope, break_at = rest or (1.0, 0.0, 0.0, 0.0)
    times, plus = _NARROW
    power = (gamma, scale * times, scale * plus + shift)
    return (4, *power, slope * times, (break_at - plus) / times, 0.0, slope * plus)


def _from_png(gamma: float | None, chromaticity: tuple[float, ...] | None) -> bytes:
    """Return the profile of what `gAMA` and `cHRM` say; sRGB's own numbers stand for sRGB, as PNG's authors ask."""
    numbers = chromaticity or (*_D65, *_PRIMARIES[1])
    white, colours = (numbers[0], numbers[1]), numbers[2:]
    usual = np.allclose((*white, *colours), (*_D65, *_PRIMARIES[1]), atol=0.002)
    plain = not gamma or abs(gamma - _SRGB_GAMMA) < 0.0005
    if usual and plain:
        return b""
    try:
        return matrix_profile(colours, white, (0, 1 / gamma) if gamma else _SRGB_CURVE)
    except (ValueError, ArithmeticError, struct.error):
        return b""


def _png_code_points(file: BinaryIO) -> bytes | None:
    """Return primaries, transfer, matrix and range from a PNG's `cICP` chunk, which stands before the pixels."""
    stood = file.tell()
    try:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind in (b"IDAT", b"IEND"):
                return None
            if kind == b"cICP" and length == 4:
                return file.read(4)
            file.seek(length + 4, 1)
        return None
    finally:
        file.seek(stood)


def _adapted(primaries: tuple[float, ...], white: tuple[float, float]) -> NDArray[np.float64]:
    """Return the XYZ of red, green and blue as columns, for a white of D50."""
    pairs = np.array([*primaries, *white], np.float64).reshape(4, 2)
    x, y = pairs.T
    if (y <= 0).any():
        raise ValueError("A colour has no luminance.")
    xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    try:
        scaled = xyz[:, :3] * np.linalg.solve(xyz[:, :3], xyz[:, 3])
    except np.linalg.LinAlgError as error:
        raise ValueError("The colours lie on a line.") from error
    to_d50 = np.linalg.solve(_BRADFORD, np.diag((_BRADFORD @ _D50) / (_BRADFORD @ xyz[:, 3])) @ _BRADFORD)
    return np.asarray(to_d50 @ scaled)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _text(words: str) -> bytes:
    text = words.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(text), 28) + text
