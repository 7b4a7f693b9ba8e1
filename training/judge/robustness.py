"""How a network fares on photos unlike LOL's: clean ones, darkened in many ways, in coloured light, and as they are.

A clean photo's own tone curve is not that of LOL's camera, so PSNR against it stays below LOL's. What to look at is
whether it falls as light gets less, noise more and compression stronger, and how far colours go astray.
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
from tqdm import tqdm

from lowlight.arrays import Uint8Image
from lowlight.measure.metrics import match_mean, psnr, ssim
from lowlight.network.session import Network
from lowlight.pipeline import Settings, enhance
from training import markdown
from training.batches.synthetic import Capture, darken, in_light
from training.data.pairs import photos_in, read_rgb
from training.judge.evaluate import read_network

LIGHT = (0.15, 0.05, 0.015)
"""Shares of the light left: dim, dark, very dark. LOL's median is 0.022."""

NOISE = {
    "little": {"shot": 4.5e-5, "read": 2e-4},
    "much": {"shot": 3e-4, "read": 1e-3},
    "coarse": {"shot": 3e-4, "read": 1e-3, "mosaic": True, "smoothing": 1.0},
}
"""Shot and read noise as LOL's flat areas have, and six times as much; the latter also through a colour filter array
and a camera's smoothing of colours, as photos at full size have it."""

JPEG = (None, 90, 70)
"""Qualities at which the dark photo was stored; None is without loss."""

COLOURED_LIGHT = {
    "teal": (0.03, 0.8, 1.0),
    "blue": (0.05, 0.2, 1.0),
    "magenta": (1.0, 0.05, 0.8),
    "red": (1.0, 0.08, 0.05),
    "sodium": (1.0, 0.55, 0.1),
}
"""What lamps leave of a photo's red, green and blue, linear: neon's colours, and a street lamp's."""

COLOURED_CAPTURE = Capture(LIGHT[1], jpeg_quality=JPEG[1], **NOISE["little"])
"""How photos in coloured light are taken."""

LONGEST_SIDE = 640
"""Larger photos are reduced to this side, in pixels: their own grain and compression go with it."""

COLOUR_CELL = 16
"""Colours are compared as means over squares of this side, in pixels: noise does not count, casts and blotches do."""

FIGURES = ("stages alone", "network", "SSIM", "colour error alone", "colour error")
LEGEND = (
    "Means over {count} photos. GT-mean PSNR in dB (each result is first scaled to the clean photo's mean, which "
    "flatters) of the stages alone and with the network, and the latter's SSIM; colour error: mean distance in a*b* of "
    "CIELAB between means over squares of 16 x 16. In coloured light {light:.0%} of it is left, with little noise, "
    "JPEG {quality}; what should come back is the photo in that light. Well-lit photos as they are, on automatic "
    "settings: {least} dB or more to themselves."
)


def robustness(weights: Path, clean: Path) -> str:
    """Darken well-lit photos in every combination of `LIGHT`, `NOISE` and `JPEG`, and in each `COLOURED_LIGHT`.

    Args:
        weights: the ONNX file.
        clean: a folder of well-lit photos that the weights were not trained on.

    Returns:
        Two Markdown tables, and what they mean.

    Raises:
        LowlightError: there are no photos, or a file cannot be read.
    """
    network, _ = read_network(weights)
    photos = [_reduced(read_rgb(path)) for path in photos_in(clean)]
    dark = [("light left", "noise", "JPEG", *FIGURES)]
    for light, noise, quality in tqdm(list(product(LIGHT, NOISE, JPEG)), "robustness"):
        capture = Capture(light, jpeg_quality=quality, **NOISE[noise])
        dark.append((f"{light:.1%}", noise, str(quality or "none"), *_figures(photos, capture, network)))
    coloured = [("coloured light", *FIGURES)]
    for name, light in tqdm(COLOURED_LIGHT.items(), "coloured light"):
        lit = [in_light(photo, light) for photo in photos]
        coloured.append((name, *_figures(lit, COLOURED_CAPTURE, network)))
    least = min(psnr(_result(photo, network)[1], photo) for photo in photos)
    legend = LEGEND.format(
        count=len(photos), least=f"{least:.1f}", light=COLOURED_CAPTURE.exposure, quality=COLOURED_CAPTURE.jpeg_quality
    )
    return "\n\n".join((markdown.table(dark), markdown.table(coloured), legend))


def colour_error(picture: Uint8Image, reference: Uint8Image) -> float:
    """Return the mean distance in a*b* (CIELAB) between the means over squares of `COLOUR_CELL` pixels."""
    size = tuple(max(side // COLOUR_CELL, 1) for side in reference.shape[1::-1])
    a, b = (
        cv2.cvtColor(cv2.resize(image.astype(np.float32) / 255, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)[
            ..., 1:
        ]
        for image in (picture, reference)
    )
    return float(np.linalg.norm(a - b, axis=-1).mean())


def _figures(photos: Sequence[Uint8Image], capture: Capture, network: Network) -> list[str]:
    """Return the means over the photos of what `_judge` returns, as a table has them."""
    judged = [_judge(photo, capture, index, network) for index, photo in enumerate(photos)]
    means = [fmean(column) for column in zip(*judged, strict=True)]
    return [f"{mean:.{places}f}" for mean, places in zip(means, (2, 2, 3, 1, 1), strict=True)]


def _judge(photo: Uint8Image, capture: Capture, seed: int, network: Network) -> Sequence[float]:
    """Return the PSNR of the stages alone and with the network, the latter's SSIM, and both colour errors."""
    dark = darken(photo, capture, np.random.default_rng(seed))
    alone, result = (match_mean(picture, photo) for picture in _result(dark, network))
    return (
        psnr(alone, photo),
        psnr(result, photo),
        ssim(result, photo),
        colour_error(alone, photo),
        colour_error(result, photo),
    )


def _result(rgb: Uint8Image, network: Network) -> tuple[Uint8Image, Uint8Image]:
    *_, brightened, result = enhance(rgb, Settings(), network=network)
    return brightened.picture, result.picture


def _reduced(rgb: Uint8Image) -> Uint8Image:
    scale = LONGEST_SIDE / max(rgb.shape)
    return (
        rgb if scale >= 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    )
