"""What training makes small: functions of (reference, picture), batch x height x width x 3, both in [0, 1].

Each returns one value a pixel (batch x height x width), whose mean Keras takes.
"""

from collections.abc import Callable
from typing import Any

from keras import ops

from lowlight.arrays import LUMA
from lowlight.errors import LowlightError

CHARBONNIER_EPSILON = 1e-3
"""Below this difference the Charbonnier loss is nearly quadratic, above it nearly absolute."""

SSIM_WINDOW, SSIM_STRIDE, SSIM_SHARE = 8, 4, 0.15
"""The windows' side and distance in pixels, and how much of SSIM's lack is added to PSNR."""

PSNR_SHARE, PSNR_FLOOR = 0.03, 3e-4
"""How much the logarithm of a picture's mean squared error counts beside `SSIM_SHARE`: at 23 dB it falls as steeply as
Charbonnier, at 28 dB half as steeply again. And what is added to that error, 35 dB, so that patches which are easy do
not outweigh the others."""


CHROMA_SHARE, HUE_SHARE = 0.5, 0.05
"""How much the length and the direction of colours count beside PSNR and SSIM."""


def mse(reference: Any, picture: Any) -> Any:  # noqa: ANN401 -- a tensor of whichever back end runs
    """Mean squared error over the channels; the published method's."""
    return ops.mean(ops.square(picture - reference), axis=-1)


def l1(reference: Any, picture: Any) -> Any:  # noqa: ANN401
    """Mean absolute error over the channels."""
    return ops.mean(ops.abs(picture - reference), axis=-1)


def charbonnier(reference: Any, picture: Any) -> Any:  # noqa: ANN401
    """Mean of sqrt(d^2 + epsilon^2) over the channels (Charbonnier et al. 1994): an L1 that is smooth at 0."""
    return ops.mean(ops.sqrt(ops.square(picture - reference) + CHARBONNIER_EPSILON**2), axis=-1)


def psnr_ssim(reference: Any, picture: Any) -> Any:  # noqa: ANN401
    """PSNR, as a logarithm to be made small, and `SSIM_SHARE` of what SSIM lacks to 1: a value a picture."""
    error = ops.mean(mse(reference, picture), axis=(1, 2))
    return PSNR_SHARE * ops.log(error + PSNR_FLOOR) + SSIM_SHARE * (1 - _ssim(reference, picture))


def psnr_ssim_chroma(reference: Any, picture: Any) -> Any:  # noqa: ANN401
    """`psnr_ssim`, and how far colours are off at low frequency: a value a picture.

    Of 4-pixel means of RGB without luma: `CHROMA_SHARE` of the mean difference of their lengths, and `HUE_SHARE` of
    what their cosine lacks to 1. Without it a network that does not know a colour makes it paler.
    """
    a, b = (_chroma(one) for one in (reference, picture))
    long_a, long_b = (ops.sqrt(ops.sum(ops.square(one), axis=-1) + 1e-6) for one in (a, b))
    cosine = ops.sum(a * b, axis=-1) / (long_a * long_b)
    weight = ops.minimum(long_a * 10, 1.0)
    colour = CHROMA_SHARE * ops.abs(long_a - long_b) + HUE_SHARE * weight * (1 - cosine)
    return psnr_ssim(reference, picture) + ops.mean(colour, axis=(1, 2))


def _chroma(picture: Any) -> Any:  # noqa: ANN401
    """Return 4-pixel means of RGB without luma."""
    means = ops.average_pool(picture, 4, strides=4, padding="valid")
    luma = sum(weight * means[..., at : at + 1] for at, weight in enumerate(LUMA))
    return means - luma


def _ssim(reference: Any, picture: Any) -> Any:  # noqa: ANN401
    """Return each picture's structural similarity over flat windows (Wang et al. 2004, data range 1)."""
    maps = [reference, picture, reference * reference, picture * picture, reference * picture]
    means = ops.average_pool(ops.concatenate(maps, axis=-1), SSIM_WINDOW, strides=SSIM_STRIDE, padding="valid")
    a, b, aa, bb, ab = ops.split(means, 5, axis=-1)
    similar = (2 * a * b + 1e-4) * (2 * (ab - a * b) + 9e-4)
    similar = similar / ((a * a + b * b + 1e-4) * (aa - a * a + bb - b * b + 9e-4))
    return ops.mean(similar, axis=(1, 2, 3))


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mse": mse,
    "l1": l1,
    "charbonnier": charbonnier,
    "psnr_ssim": psnr_ssim,
    "psnr_ssim_chroma": psnr_ssim_chroma,
}


def named(name: str) -> Callable[[Any, Any], Any]:
    """Return the loss of this name.

    Raises:
        LowlightError: there is none.
    """
    if name not in LOSSES:
        raise LowlightError(f"There is no loss {name!r}. These are there: {', '.join(LOSSES)}.")
    return LOSSES[name]
