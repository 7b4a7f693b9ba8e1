"""A sheet of dark grey with pictures and a caption on it: how it is laid out, and what is drawn on it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from lowlight.arrays import Uint8Image, as_uint8
from lowlight.web.gradio_internals import font_file

GROUND, CAPTION_GREY = (28, 28, 28), (176, 176, 176)

# Lengths as shares of the type's size, so that large and small sheets look the same.
_MARGIN, _GAP, _FOOT = 1.0, 0.3, 2.6
_INSET, _PAD_X, _PAD_Y = 0.6, 0.6, 0.16
_LINE = 1.3  # letters with what hangs below and stands above
_SMALLEST_TYPE = 13
_TYPE_OF_MEAN, _TYPE_OF_LONGEST = 0.025, 0.012
"""The type's size as a share of the pictures' sides: of their geometric mean, and of the longer at least."""

_PLATE = 165  # how dense a label's plate is, of 255: white letters can be read on it over white
_FINE = 4  # shapes are drawn so many times as large and made smaller, which gives them smooth edges


@dataclass(frozen=True)
class Words:
    """What is written on a sheet, in the visitor's language."""

    before: str
    after: str
    caption: str


@dataclass(frozen=True)
class Sheet:
    """A sheet with room for pictures of one size and a caption below; lengths in pixels.

    Attributes:
        size: the sheet's width and height.
        left: where the pictures begin.
        margin: around them; above them too.
        gap: between two of them.
        type: size of the letters.
        picture: width and height of each picture.
        room: what each has for itself: more than its size where its label would not fit on it.
    """

    size: tuple[int, int]
    left: int
    margin: int
    gap: int
    type: int
    picture: tuple[int, int]
    room: tuple[int, int]

    def canvas(self, caption: str) -> Image.Image:
        """Return the sheet with nothing but the caption on it."""
        canvas = Image.new("RGB", self.size, GROUND)
        letters = _letters(caption, self.type)
        foot = round(_FOOT * self.type)
        below = self.size[1] - foot + (foot - letters.height) // 2
        canvas.paste(CAPTION_GREY, ((self.size[0] - letters.width) // 2, below), letters)
        return canvas

    def filled(self, rgb: Uint8Image, word: str, *, at_right: bool = False) -> Image.Image:
        """Return a picture in its room, with its label in the upper left corner, or the right one."""
        room = Image.new("RGB", self.room, GROUND)
        width, height = self.picture
        small = cv2.resize(np.asarray(rgb), self.picture, interpolation=cv2.INTER_AREA)
        room.paste(Image.fromarray(as_uint8(small)), ((room.width - width) // 2, (room.height - height) // 2))
        label, inset = _label(word, self.type), round(_INSET * self.type)
        room.paste(label, (room.width - label.width - inset if at_right else inset, inset), label)
        return room


def laid_out(photo: tuple[int, int], grid: tuple[int, int], side: int, words: Words) -> Sheet:
    """Return a sheet for pictures of a photo, none larger than the photo itself.

    Args:
        photo: its width and height.
        grid: how many pictures there are beside each other, and one above the other.
        side: the sheet's long side at most, in pixels; only labels that would not fit on the pictures make it longer.
        words: what will be written on it.
    """
    (width, height), (columns, rows) = photo, grid
    size = _type_size(columns * width, rows * height, side)
    margin, gap, foot = (round(share * size) for share in (_MARGIN, _GAP, _FOOT))
    gaps = (columns - 1) * gap, (rows - 1) * gap
    free = side - 2 * margin - gaps[0], side - margin - foot - gaps[1]
    scale = min(1.0, free[0] / (columns * width), free[1] / (rows * height))
    picture = max(1, int(width * scale)), max(1, int(height * scale))
    room = _room(picture, size, words, together=columns * rows == 1)
    block = columns * room[0] + gaps[0], rows * room[1] + gaps[1]
    inner = max(block[0], _letters(words.caption, size).width)
    whole = inner + 2 * margin, margin + block[1] + foot
    return Sheet(whole, margin + (inner - block[0]) // 2, margin, gap, size, picture, room)


def _type_size(width: int, height: int, side: int) -> int:
    """Return the size of the letters for pictures of this size in all, on a sheet with such a long side."""
    scale = min(1.0, side / max(width, height))
    mean, longest = scale * math.sqrt(width * height), scale * max(width, height)
    return max(round(_TYPE_OF_MEAN * mean), round(_TYPE_OF_LONGEST * longest), _SMALLEST_TYPE)


def _room(picture: tuple[int, int], size: int, words: Words, *, together: bool) -> tuple[int, int]:
    """Return what a picture has for itself, with one label on it or both together."""
    inset = round(_INSET * size)
    labels = [_label(word, size) for word in (words.before, words.after)]
    widths = [label.width + inset for label in labels]
    return max(picture[0], inset + (sum(widths) if together else max(widths))), max(picture[1], 4 * labels[0].height)


def _label(word: str, size: int) -> Image.Image:
    """Return a word in white on a dark plate with round ends, which lets a little through."""
    letters = _letters(word, size)
    width, height = letters.width + 2 * round(_PAD_X * size), letters.height + 2 * round(_PAD_Y * size)
    plate = Image.new("L", (_FINE * width, _FINE * height))
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), plate.height // 2, _PLATE)
    label = Image.new("RGBA", (width, height))
    label.putalpha(plate.reduce(_FINE))
    white = Image.new("RGBA", letters.size, (255, 255, 255, 0))
    white.putalpha(letters)
    label.alpha_composite(white, ((width - letters.width) // 2, (height - letters.height) // 2))
    return label


def font_of(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return the font of the words in a size, in pixels: Gradio's, or Pillow's own, which has English letters alone."""
    try:
        return ImageFont.truetype(font_file(), size)
    except OSError:
        return ImageFont.load_default(size)


def _letters(text: str, size: int) -> Image.Image:
    """Return a text as a mask, `_LINE` sizes high: drawn large, so that small letters stand where they should."""
    font = font_of(_FINE * size)
    fine = Image.new("L", (_FINE * math.ceil(font.getlength(text) / _FINE), _FINE * round(_LINE * size)))
    ImageDraw.Draw(fine).text((fine.width / 2, fine.height / 2), text, 255, font, anchor="mm")
    return fine.reduce(_FINE)


def line(height: int, size: int) -> Image.Image:
    """Return the line between before and after, with a knob in its middle as on the page and a soft shadow.

    Args:
        height: its length, in pixels.
        size: of the letters on the sheet, which it goes with.
    """
    radius, thick, soft = round(1.1 * size), 2 * max(1, round(size / 18)), max(2, round(size / 6))
    width = 2 * (radius + 2 * soft)
    white = Image.new("L", (width, height))
    white.paste(255, ((width - thick) // 2, 0, (width + thick) // 2, height))
    place = (width // 2 - radius, height // 2 - radius)
    white.paste(255, place, _disc(radius))
    whole = Image.new("RGBA", white.size)
    whole.putalpha(white.filter(ImageFilter.GaussianBlur(soft)).point(lambda value: value // 2))
    bright = Image.new("RGBA", white.size, (255, 255, 255, 0))
    bright.putalpha(white)
    whole.alpha_composite(bright)
    whole.paste((*GROUND, 255), place, _arrows(radius))
    return whole


def _disc(radius: int) -> Image.Image:
    """Return a disc as a mask."""
    fine = Image.new("L", (2 * radius * _FINE, 2 * radius * _FINE))
    ImageDraw.Draw(fine).ellipse((0, 0, fine.width - 1, fine.height - 1), 255)
    return fine.reduce(_FINE)


def _arrows(radius: int) -> Image.Image:
    """Return two small arrows on a disc of this radius, one to each side, as a mask."""
    fine = Image.new("L", (2 * radius * _FINE, 2 * radius * _FINE))
    middle, unit = fine.width / 2, fine.width / 20
    for way in (-1, 1):
        tip, back = middle + way * 6.4 * unit, middle + way * 3.2 * unit
        ImageDraw.Draw(fine).polygon([(tip, middle), (back, middle - 3.2 * unit), (back, middle + 3.2 * unit)], 255)
    return fine.reduce(_FINE)
