"""A picture turned and mirrored in eight ways, as a square can lie: numbers from 0, as it is, to 7."""

import numpy as np

WAYS = 8

UPSIDE_DOWN, MIRRORED, TRANSPOSED = 1, 2, 4
"""The bits of a way: rows from below, columns from the right, and then rows for columns."""


def turned(picture: np.ndarray, way: int) -> np.ndarray:
    """Return a picture, height x width or with channels, turned or mirrored in a way; no pixel is copied."""
    if way & UPSIDE_DOWN:
        picture = picture[::-1]
    if way & MIRRORED:
        picture = picture[:, ::-1]
    return picture.swapaxes(0, 1) if way & TRANSPOSED else picture


def turned_back(picture: np.ndarray, way: int) -> np.ndarray:
    """Undo `turned`."""
    if way & TRANSPOSED:
        picture = picture.swapaxes(0, 1)
    return turned(picture, way & ~TRANSPOSED)
