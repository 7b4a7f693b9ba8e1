"""Linear light from sRGB values and back (IEC 61966-2-1), by tables: exact where it matters, and fast at full size.

Light is what a sensor counts: twice the light is twice the value, one stop. Arrays are height x width x 3, RGB, unless
a function says otherwise.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import FloatImage, Uint8Image, Uint16Image

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Weights of linear R, G and B in luminance (ITU-R BT.709, sRGB's primaries)."""

_STEPS = 65535  # a step of the table from light to sRGB is at most a twentieth of a level of 255


def decoded(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light from sRGB values, both in [0, 1], of any shape."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def encoded(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB values from light, both in [0, 1], of any shape."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


_OF_LEVEL = decoded(np.arange(256) / 255).astype(np.float32)
_OF_SRGB = decoded(np.arange(_STEPS + 1) / _STEPS).astype(np.float32)
_OF_LIGHT = encoded(np.arange(_STEPS + 1) / _STEPS).astype(np.float32)
_DEEP_OF_ROOT = np.rint(encoded((np.arange(_STEPS + 1) / _STEPS) ** 2) * 65535).astype(np.uint16)
_LEVEL_OF_LIGHT = np.rint(encoded(np.arange(_STEPS + 1) / _STEPS) * 255).astype(np.uint8)


def from_uint8(rgb: Uint8Image) -> FloatImage:
    """Return a picture's light, float32 in [0, 1]."""
    return np.asarray(cv2.LUT(rgb, _OF_LEVEL), np.float32)


def from_uint16(deep: Uint16Image) -> FloatImage:
    """Return the light of a picture of 16 bits, float32 in [0, 1]."""
    return np.asarray(cv2.LUT(deep, _OF_SRGB), np.float32)


def from_srgb(picture: FloatImage) -> FloatImage:
    """Return the light of float32 sRGB values, clipped to [0, 1], of any shape."""
    return _looked_up(picture, _OF_SRGB)


def to_srgb(light: FloatImage) -> FloatImage:
    """Return sRGB values, float32 in [0, 1], of light, which is clipped to [0, 1]; of any shape."""
    return _looked_up(light, _OF_LIGHT)


def to_uint8(light: FloatImage) -> Uint8Image:
    """Return light, which is clipped to [0, 1], as sRGB in 8 bits, rounded; of any shape."""
    return np.asarray(_looked_up(light, _LEVEL_OF_LIGHT), np.uint8)


def to_uint16(light: FloatImage) -> Uint16Image:
    """Return light, which is clipped to [0, 1], as sRGB in 16 bits, within one of their steps; of any shape.

    The table goes by the light's square root: the curve is steep in the shadows, where steps of light would be coarse.
    """
    return np.asarray(_looked_up(np.sqrt(np.maximum(light, 0)), _DEEP_OF_ROOT), np.uint16)


def scaled(light: FloatImage, factor: FloatImage) -> FloatImage:
    """Return light times a factor that is the same for the three channels.

    Args:
        light: height x width x 3, float32.
        factor: height x width, float32.
    """
    return np.asarray(cv2.multiply(light, cv2.merge([factor, factor, factor])), np.float32)


def mixed(light: FloatImage, other: FloatImage, share: FloatImage) -> FloatImage:
    """Return ``light + share * (other - light)``, the same share for the three channels.

    Args:
        light: height x width x 3, float32.
        other: likewise.
        share: height x width, float32.
    """
    return np.asarray(cv2.add(light, scaled(np.asarray(cv2.subtract(other, light), np.float32), share)), np.float32)


def luminance(light: FloatImage) -> FloatImage:
    """Return the luminance of linear light: height x width, float32."""
    return np.asarray(cv2.transform(light, np.array([LUMINANCE], np.float32)), np.float32)


def strongest(picture: FloatImage) -> FloatImage:
    """Return each pixel's strongest channel: height x width, float32."""
    height, width = picture.shape[:2]
    return np.asarray(cv2.reduce(picture.reshape(-1, 3), 1, cv2.REDUCE_MAX), np.float32).reshape(height, width)


def _looked_up(values: FloatImage, table: NDArray[Any]) -> NDArray[Any]:
    """Return what a table of `_STEPS` steps has for values, clipped to [0, 1]; what is no number counts as 0."""
    flat = np.ascontiguousarray(values).reshape(len(values), -1) if values.ndim > 1 else values
    steps = cv2.multiply(flat, np.ones(1), scale=float(_STEPS), dtype=cv2.CV_16U)
    return np.asarray(cv2.LUT(steps, table)).reshape(values.shape)
