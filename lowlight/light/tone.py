"""Tone stages of the published low-light method, each a pure function.

Pictures are RGB, height x width x 3, uint8. No function writes into its argument.
"""

import cv2
import numpy as np

from lowlight.arrays import FloatImage, Uint8Image, as_uint8, to_uint8


def rgb_to_lab(rgb: Uint8Image) -> Uint8Image:
    """Convert sRGB to CIE L*a*b* (D65) as OpenCV packs it in 8 bits: L * 255/100, a + 128, b + 128."""
    return as_uint8(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))


def lab_to_rgb(lab: Uint8Image) -> Uint8Image:
    """Convert OpenCV's 8-bit L*a*b* back to sRGB; colours outside sRGB are clipped."""
    return as_uint8(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def equalize_lightness(lightness: Uint8Image, clip_limit: float, tile_grid: int) -> Uint8Image:
    """Contrast-limited adaptive histogram equalization (Zuiderveld 1994, OpenCV's implementation).

    Args:
        lightness: height x width, uint8.
        clip_limit: the height at which each tile's histogram is cut, in multiples of its mean bin.
        tile_grid: tiles along each side; more tiles than pixels are reduced to one a pixel.
    """
    height, width = lightness.shape
    grid = (min(tile_grid, width), min(tile_grid, height))
    return as_uint8(cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=grid).apply(lightness))


def brighten(rgb: Uint8Image, factor: float) -> FloatImage:
    """Multiply by ``factor``, clip to white, scale to [0, 1]: ``clip(rgb * factor, 0, 255) / 255`` as float32."""
    return _levels(factor)[rgb]


def brighten_uint8(rgb: Uint8Image, factor: float) -> Uint8Image:
    """Brighten as `brighten` does, in a quarter of its memory: the same picture rounded to uint8."""
    return as_uint8(cv2.LUT(rgb, to_uint8(_levels(factor))))


def _levels(factor: float) -> FloatImage:
    """Return what each of the 256 values becomes, in [0, 1]."""
    levels: FloatImage = np.clip(np.arange(256, dtype=np.float32) * np.float32(factor), 0, 255) / np.float32(255)
    return levels
