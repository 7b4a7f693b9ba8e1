"""What a network did to a photo, in numbers: how close it came to a reference, and where there is none, what it lost.

Pictures are height x width x 3, uint8 RGB; levels are of 255. LAB is CIELAB (D65) of sRGB, lightness from 0 to 100. A
measure that a photo cannot have, for want of pixels to take it on, is NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000

from lowlight.arrays import FloatImage, Uint8Image, as_float, mean_luma
from lowlight.errors import LowlightError
from lowlight.measure.metrics import PEAK, match_mean, psnr, ssim

MOST_DECIBELS = 100.0
"""Equal pictures have infinitely many decibels, which no mean survives; they count as this many."""

REDUCED = 0.25
"""CIEDE2000 is taken at this share of width and height: noise goes, and what is left is colour as it is looked at."""

CHROMA_BLUR = 2.0
"""Standard deviation in pixels of the Gaussian before chroma is taken: coloured noise is no colourfulness."""

LEAST_CHROMA = 1.0
"""A reference of less mean chroma (LAB) is grey, and nothing can be said of its colours' strength."""

DARKEST = 0.5
"""In logarithms of mean luma, a picture counts as at least this many levels of 255, so that black ones have one."""

CLIPPED, OPEN = 250, 235
"""A pixel is newly clipped if a channel is at this level or above now, and all were below the second one before."""

BRIGHT, COLOURFUL, SOME = 150, 25.0, 0.002
"""Hue is watched where a channel had this level or more and LAB chroma was this or more, if that is more than this
share of the photo: lamps, signs and skies, whose hue turns when one channel clips before the others."""

BLACK, MUCH = 3, 0.05
"""Black is where all channels were at this level or below, if that is more than this share of the photo."""

DARKER = 0.5
"""A picture has become darker if its mean luma fell by more than this many levels; rounding alone may do less."""


@dataclass(frozen=True)
class Closeness:
    """How close a picture is to its reference.

    Attributes:
        psnr: in dB, at most `MOST_DECIBELS`.
        gt_mean_psnr: the same after `lowlight.measure.metrics.match_mean`, which gives the exposure away.
        gt_mean_ssim: SSIM likewise.
        ciede2000: mean colour difference likewise, at a quarter of the size; 1 is about what an eye tells apart.
        chroma_ratio: mean LAB chroma likewise, slightly blurred, over the reference's: below 1 is faded.
        exposure: natural logarithm of mean luma over the reference's: below 0 is too dark.
    """

    psnr: float
    gt_mean_psnr: float
    gt_mean_ssim: float
    ciede2000: float
    chroma_ratio: float
    exposure: float


@dataclass(frozen=True)
class Faithfulness:
    """What of a photo is kept in a picture that was made of it, where nobody knows how it ought to look.

    Attributes:
        clipped: the newly clipped pixels, in percent (`CLIPPED`).
        hue_moved: mean change of hue where the photo was bright and colourful, in degrees from 0 to 180 (`BRIGHT`).
        black: mean luma now where the photo was black, in levels (`BLACK`).
        cast: distance of mean red from mean blue there, in levels.
        mean_in: the photo's mean luma, in levels.
        mean_out: the picture's.
    """

    clipped: float
    hue_moved: float
    black: float
    cast: float
    mean_in: float
    mean_out: float


@dataclass(frozen=True)
class Sameness:
    """How little was done to a photo that needs nothing.

    Attributes:
        psnr: of the picture to the photo, in dB, at most `MOST_DECIBELS`.
        identical: 1 if it came back bit for bit, otherwise 0.
    """

    psnr: float
    identical: float


def closeness(picture: Uint8Image, reference: Uint8Image) -> Closeness:
    """Measure a picture against its reference.

    Raises:
        LowlightError: the two differ in size, or are smaller than SSIM's window.
    """
    plain = _decibels(picture, reference)
    scaled = match_mean(picture, reference)
    colours, true_colours = _lab(scaled), _lab(reference)
    chroma, true_chroma = (
        float(_chroma(cv2.GaussianBlur(lab, (0, 0), CHROMA_BLUR)).mean()) for lab in (colours, true_colours)
    )
    return Closeness(
        psnr=plain,
        gt_mean_psnr=_decibels(scaled, reference),
        gt_mean_ssim=ssim(scaled, reference),
        ciede2000=float(deltaE_ciede2000(_reduced(colours), _reduced(true_colours)).mean()),
        chroma_ratio=chroma / true_chroma if true_chroma >= LEAST_CHROMA else math.nan,
        exposure=_log_level(_mean_level(picture)) - _log_level(_mean_level(reference)),
    )


def faithfulness(picture: Uint8Image, photo: Uint8Image) -> Faithfulness:
    """Measure what a picture kept of the photo that it was made of.

    Raises:
        LowlightError: the two differ in size.
    """
    _check_sizes(picture, photo)
    highest = photo.max(axis=2)
    black, cast = _in_black(picture, highest <= BLACK)
    return Faithfulness(
        clipped=100 * float(((picture.max(axis=2) >= CLIPPED) & (highest < OPEN)).mean()),
        hue_moved=_hue_moved(picture, photo),
        black=black,
        cast=cast,
        mean_in=_mean_level(photo),
        mean_out=_mean_level(picture),
    )


def sameness(picture: Uint8Image, photo: Uint8Image) -> Sameness:
    """Measure how far a picture is from the photo that it was made of.

    Raises:
        LowlightError: the two differ in size.
    """
    return Sameness(_decibels(picture, photo), float(np.array_equal(picture, photo)))


def slope(means_in: Sequence[float], means_out: Sequence[float]) -> float:
    """Return how pictures' brightness follows that of the photos: the least-squares slope of the means' logarithms.

    0: all come out equally bright. 1: as they came. NaN where all came alike.

    Args:
        means_in: of the photos, in levels; below 1 counts as 1.
        means_out: of the pictures, likewise.
    """
    came, went = (np.log(np.maximum(means, 1)) for means in (means_in, means_out))
    apart = came - came.mean()
    spread = float(apart @ apart)
    return float(apart @ went) / spread if spread > 0 else math.nan


def _in_black(picture: Uint8Image, black: NDArray[np.bool_]) -> tuple[float, float]:
    """Return mean luma and distance of mean red from mean blue in part of a picture; NaN twice if it is not `MUCH`."""
    if black.mean() <= MUCH:
        return math.nan, math.nan
    pixels = picture[black]
    red, _, blue = pixels.mean(axis=0, dtype=np.float64)
    return _mean_level(pixels[np.newaxis]), abs(float(red - blue))


def _hue_moved(picture: Uint8Image, photo: Uint8Image) -> float:
    before = _lab(photo)
    watched = (photo.max(axis=2) >= BRIGHT) & (_chroma(before) >= COLOURFUL)
    if watched.mean() <= SOME:
        return math.nan
    was, now = (np.arctan2(lab[watched][:, 2], lab[watched][:, 1]) for lab in (before, _lab(picture)))
    turn = np.abs(now - was)
    return float(np.degrees(np.minimum(turn, 2 * np.pi - turn)).mean())


def _decibels(picture: Uint8Image, reference: Uint8Image) -> float:
    return min(psnr(picture, reference), MOST_DECIBELS)


def _mean_level(picture: Uint8Image) -> float:
    return PEAK * mean_luma(picture)


def _log_level(level: float) -> float:
    return math.log(max(level, DARKEST))


def _lab(picture: Uint8Image) -> FloatImage:
    return np.asarray(cv2.cvtColor(as_float(picture), cv2.COLOR_RGB2LAB), np.float32)


def _chroma(lab: cv2.typing.MatLike) -> NDArray[np.float32]:
    return np.hypot(lab[..., 1], lab[..., 2])


def _reduced(lab: FloatImage) -> FloatImage:
    small = cv2.resize(lab, None, fx=REDUCED, fy=REDUCED, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _check_sizes(picture: Uint8Image, photo: Uint8Image) -> None:
    if picture.shape != photo.shape:
        sizes = [" x ".join(map(str, image.shape[1::-1])) for image in (picture, photo)]
        raise LowlightError(f"A picture and its photo must have one size; they have {sizes[0]} and {sizes[1]} pixels.")
