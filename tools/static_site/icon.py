"""Draws the installed page's icon: a disc, dark on one side and lit on the other."""

import io

from PIL import Image, ImageDraw

SIDES = (192, 512)
"""Sides of the icons in pixels, as browsers ask for them."""

_FINER = 4  # how much larger it is drawn, for smooth edges
_DARK, _LIT = "#1b1b1b", "#f4f4f4"


def drawn(side: int) -> bytes:
    """Return the icon as a PNG; what matters lies within the middle four fifths, which no mask cuts."""
    whole = side * _FINER
    low, high, line = round(0.24 * whole), round(0.76 * whole), round(0.03 * whole)
    picture = Image.new("RGB", (whole, whole), _DARK)
    draw = ImageDraw.Draw(picture)
    draw.pieslice((low, low, high, high), 90, 270, fill=_LIT)
    draw.ellipse((low, low, high, high), outline=_LIT, width=line)
    file = io.BytesIO()
    picture.resize((side, side), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
