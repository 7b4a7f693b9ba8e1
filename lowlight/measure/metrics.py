"""How close a picture is to its reference. Pictures are height x width x 3, uint8 RGB.

The definitions are those of Retinexformer's script for LOL: the whole frame, all three channels, pictures as they would
be saved (8 bits; the script takes PSNR before rounding). Published figures compare only where they were computed alike:

- SSIM is also taken on grey, with scikit-image's default window (7 x 7, flat, sample covariance), or with a Gaussian
  window that reaches over the channels as well (``ssim3d``). Each gives other figures for the same picture: for the
  original CNN's results on 11 held-out photos of LOL, grey gives 0.023 more than ours and the flat window 0.008 less.
- GT-mean is also taken with the plain mean of R, G and B in place of luma (LYT-Net's PyTorch script), with a fitted
  gamma in place of a factor (its TensorFlow script), or by telling the network the reference's illumination (KinD).
  The plain mean makes no difference worth telling (below 0.01 dB on those photos); the other two ask something else.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import Uint8Image, mean_luma, to_uint8
from lowlight.errors import LowlightError

PEAK = 255
"""The data range of PSNR and SSIM, for pictures of 8 bits."""

WINDOW, SIGMA = 11, 1.5
"""SSIM's Gaussian window: its side in pixels and its standard deviation, as Wang et al. (2004) chose them."""


@dataclass(frozen=True)
class Score:
    """How close a picture is to its reference.

    Attributes:
        psnr: in dB, as `psnr` says.
        ssim: as `ssim` says.
        gt_mean_psnr: PSNR after `match_mean`: the exposure is given away, the rest is judged.
        gt_mean_ssim: SSIM after `match_mean`, likewise.
    """

    psnr: float
    ssim: float
    gt_mean_psnr: float
    gt_mean_ssim: float


def score(picture: Uint8Image, reference: Uint8Image) -> Score:
    """Return all figures for one picture.

    Raises:
        LowlightError: the two differ in size, or are smaller than SSIM's window.
    """
    scaled = match_mean(picture, reference)
    return Score(psnr(picture, reference), ssim(picture, reference), psnr(scaled, reference), ssim(scaled, reference))


def psnr(picture: Uint8Image, reference: Uint8Image) -> float:
    """Return the peak signal-to-noise ratio in dB, one mean square over all pixels and channels, peak 255.

    It is infinite for equal pictures.

    Raises:
        LowlightError: the two differ in size.
    """
    _check_sizes(picture, reference)
    error = float(np.mean((picture.astype(np.float32) - reference) ** 2, dtype=np.float64))
    return float("inf") if error == 0 else float(10 * np.log10(PEAK**2 / error))


def ssim(picture: Uint8Image, reference: Uint8Image) -> float:
    """Return the structural similarity (Wang et al. 2004): the mean over the channels R, G and B, each by itself.

    Data range 255, K1 = 0.01, K2 = 0.03, an 11 x 11 Gaussian window of sigma 1.5, population covariance, and only
    places where the whole window lies inside the picture. It equals scikit-image's ``structural_similarity`` with
    ``gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2``, in a third of its time.

    Raises:
        LowlightError: the two differ in size, or are smaller than the window.
    """
    _check_sizes(picture, reference)
    if min(picture.shape[:2]) < WINDOW:
        height, width = picture.shape[:2]
        raise LowlightError(
            "SSIM needs pictures of at least {least} x {least} pixels; this one is {width} x {height}.",
            least=WINDOW,
            width=width,
            height=height,
        )
    a, b = picture.astype(np.float64), reference.astype(np.float64)
    mean_a, mean_b = _window_mean(a), _window_mean(b)
    variances = _window_mean(a * a + b * b) - mean_a**2 - mean_b**2
    covariance = _window_mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float(np.mean(luminance * (2 * covariance + c2) / (variances + c2)))


def match_mean(picture: Uint8Image, reference: Uint8Image) -> Uint8Image:
    """Scale a picture to its reference's mean grey: "GT-mean", which gives the exposure away and judges the rest.

    One factor for all channels: the ratio of the two mean lumas (ITU-R BT.601, OpenCV's grey). The result is clipped,
    so that its mean falls short where it clips, and rounded to 8 bits.
    """
    factor = mean_luma(reference) / max(mean_luma(picture), 1e-6)
    return to_uint8(picture * np.float32(factor / PEAK))


def _window_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the windows' weighted means, channel by channel, where the whole window lies inside."""
    edge = WINDOW // 2
    blurred = cv2.GaussianBlur(values, (WINDOW, WINDOW), SIGMA)
    return np.asarray(blurred[edge:-edge, edge:-edge], np.float64)


def _check_sizes(picture: Uint8Image, reference: Uint8Image) -> None:
    if picture.shape != reference.shape:
        sizes = [" x ".join(map(str, image.shape[1::-1])) for image in (picture, reference)]
        raise LowlightError(
            "A picture and its reference must have one size; they have {picture} and {reference} pixels.",
            picture=sizes[0],
            reference=sizes[1],
        )
