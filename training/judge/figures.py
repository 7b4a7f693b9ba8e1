"""Pictures for a card: photos side by side, whole and in detail, with captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lowlight.arrays import Uint8Image
from lowlight.measure.busiest import busiest, span_around

WIDTH, TALLEST = 300, 450
"""Each picture's width in the grid, in pixels; tall ones are narrower, so that none is higher than the second."""

DETAIL, ZOOM = 130, 2
"""The height of the detail below each picture, in pixels of the grid, and how often each of its pixels is repeated."""

QUALITY = 88
"""JPEG quality of the grids, without colour subsampling: noise is part of what they show."""

_GAP, _LINE, _TEXT, _TITLE = 8, 20, 14, 18
_PAPER, _INK, _FRAME = (255, 255, 255), (40, 40, 40), (255, 210, 60)


@dataclass(frozen=True)
class Row:
    """One photo in all its versions, the reference last.

    Attributes:
        pictures: height x width x 3, uint8 RGB, all of one size.
        captions: a short line below each.
    """

    pictures: Sequence[Uint8Image]
    captions: Sequence[str]


def grid(title: str, legend: str, heads: Sequence[str], rows: Sequence[Row]) -> Image.Image:
    """Return a picture with a title, a legend, a head above each column, and the rows below.

    Each photo is shown whole, reduced to `WIDTH`, and below it where the reference has most detail, enlarged; a frame
    in the first column's photo shows where that is.

    Args:
        title: what is shown and how it was chosen.
        legend: what the captions say.
        heads: one for each picture in a row.
        rows: at least one.
    """
    strips = [_strip(row) for row in rows]
    width, top = len(heads) * (WIDTH + _GAP) + _GAP, 3 * _LINE + 2 * _GAP
    sheet = Image.new("RGB", (width, top + sum(strip.height for strip in strips)), _PAPER)
    _write(sheet, (_GAP, _GAP), title, width - 2 * _GAP, _TITLE)
    _write(sheet, (_GAP, _GAP + _LINE + 4), legend, width - 2 * _GAP)
    for column, head in enumerate(heads):
        _write(sheet, (_GAP + column * (WIDTH + _GAP), top - _LINE), head)
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    return sheet


def save(sheet: Image.Image, path: Path) -> None:
    """Write a grid as JPEG."""
    sheet.save(path, "JPEG", quality=QUALITY, subsampling="4:4:4", optimize=True)


def _strip(row: Row) -> Image.Image:
    """Return one row: photos, details, captions."""
    height, width = row.pictures[-1].shape[:2]
    scale = min(WIDTH / width, TALLEST / height)
    shown = max(1, round(width * scale)), max(1, round(height * scale))
    rows, columns = min(DETAIL // ZOOM, height), min(WIDTH // ZOOM, width)
    across, down = busiest(row.pictures[-1])
    part = span_around(down, height, rows), span_around(across, width, columns)
    strip = Image.new("RGB", (len(row.pictures) * (WIDTH + _GAP) + _GAP, shown[1] + DETAIL + _LINE + 2 * _GAP), _PAPER)
    for index, (picture, caption) in enumerate(zip(row.pictures, row.captions, strict=True)):
        x = _GAP + index * (WIDTH + _GAP)
        whole = Image.fromarray(picture).resize(shown, Image.Resampling.LANCZOS)
        if index == 0:
            _frame(whole, np.array([part[1].start, part[0].start, part[1].stop, part[0].stop]) * scale)
        strip.paste(whole, (x, 0))
        detail = picture[part].repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
        strip.paste(Image.fromarray(detail), (x, shown[1] + 3))
        _write(strip, (x, shown[1] + DETAIL + 5), caption)
    return strip


def _frame(picture: Image.Image, corners: np.ndarray) -> None:
    left, top, right, bottom = np.rint(corners).astype(int).tolist()
    ImageDraw.Draw(picture).rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), outline=_FRAME)


def _write(sheet: Image.Image, place: tuple[int, int], text: str, width: int = WIDTH, size: int = _TEXT) -> None:
    """Write a line, its end cut off where it would be wider than ``width`` pixels."""
    font, shown = ImageFont.load_default(size), text
    while font.getlength(shown) > width:
        shown = shown.rstrip("…")[:-1].rstrip() + "…"
    ImageDraw.Draw(sheet).text(place, shown, fill=_INK, font=font)
