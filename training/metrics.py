"""How close a picture is to its reference. Pictures are height x width x 3, uint8 RGB."""

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from lowlight.tone import Uint8Image, to_uint8


def psnr(picture: Uint8Image, reference: Uint8Image) -> float:
    """Return the peak signal-to-noise ratio in dB, over all three channels, peak 255; infinite for equal pictures."""
    error = float(np.mean((picture.astype(np.float32) - reference) ** 2, dtype=np.float64))
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def ssim(picture: Uint8Image, reference: Uint8Image) -> float:
    """Return the structural similarity (Wang et al. 2004), Gaussian window of sigma 1.5, the mean over channels."""
    return float(
        structural_similarity(
            picture, reference, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    )


def match_mean(picture: Uint8Image, reference: Uint8Image) -> Uint8Image:
    """Scale a picture to its reference's mean grey: "GT-mean", which gives the exposure away and judges the rest.

    As in the evaluation scripts of KinD and its successors: one factor for all channels, clipped.
    """
    means = [float(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).mean()) for image in (reference, picture)]
    return to_uint8(picture * np.float32(means[0] / max(means[1], 1e-6) / 255))
