"""Low-light pairs made from clean photos: less light, a sensor's noise, 8 bits.

What a sensor does is linear in light, so everything but the last step happens there. The noise is the
Poissonian-Gaussian model of Foi, Trimeche, Katkovnik and Egiazarian, "Practical Poissonian-Gaussian noise modeling and
fitting for single-image raw-data" (IEEE TIP 2008): photons are counted, and reading them adds a Gaussian, so that the
variance of a signal x is ``shot * x + read ** 2``; as they do, both are drawn as one Gaussian of that variance. Making
pairs of photos with it follows Brooks et al., "Unprocessing images for learned raw denoising" (CVPR 2019). Noise is
every pixel's own, as in photos that were made smaller; or it went through a colour filter array, whose gaps are filled
from the neighbours, and through a camera's smoothing of colours, as in photos at full size: then it is coarse and
coloured.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from lowlight.arrays import FloatImage, Uint8Image, to_uint8
from lowlight.errors import LowlightError
from lowlight.light import linear
from training.data.pairs import OWN_SCENES, SIDES, photos_in, read_rgb

EXPOSURE = (0.005, 0.15)
"""Light left, as a share. Between LOL's dark and bright photos it is 0.022 in the middle, 0.006 to 0.088 for 90 %."""

SHOT = (3e-5, 1e-3)
"""Shot noise's gain: the signal of one photon, with white at 1. LOL's flat areas have 4.5e-5; more is a higher ISO."""

READ = (1e-4, 2e-3)
"""Read noise's standard deviation, with white at 1. LOL's flat areas have about 2e-4."""

WHITE_BALANCE = 0.1
"""Red and blue are each off by a factor of up to 1 + this, or 1 over it."""

JPEG_SHARE, JPEG_QUALITY = 0.5, (70, 98)
"""How many of the dark photos went through JPEG, and at which quality."""

SENSITIVITY = (0.5, 1.0, 0.65)
"""How much of the light a sensor's red, green and blue pixels see: usual cameras multiply red by 2 and blue by 1.5 in
daylight, and their noise with it."""

SMOOTHING = (0.0, 2.0)
"""Standard deviation of the Gaussian by which a camera smooths colours against noise, in pixels."""

MAGNIFIED = (1.0, 2.0)
"""How far a photo is magnified to stand for one at full size, where lenses are less sharp than pixels are small."""

_RAW_BLACK, _RAW_WHITE = 4096, 65535  # where a raw value of 0 lies, so that noise below it is not cut off, and the top

LONGEST_SIDE = 640
"""From larger photos a window of at most this side, in pixels, is cut at random."""


@dataclass(frozen=True)
class Capture:
    """How a dark photo is taken.

    Attributes:
        exposure: light left, as a share of the clean photo's.
        shot: shot noise's gain; the variance at the linear signal x is ``shot * x + read ** 2``.
        read: read noise's standard deviation.
        red: the factor by which white balance has red wrong.
        blue: likewise.
        jpeg_quality: 1 to 100; None for a photo that was stored without loss.
        mosaic: whether the sensor has a colour filter array (Bayer): each pixel measures one colour.
        smoothing: standard deviation by which the camera smooths colours, in pixels; 0 leaves them.
    """

    exposure: float
    shot: float
    read: float
    red: float = 1.0
    blue: float = 1.0
    jpeg_quality: int | None = None
    mosaic: bool = False
    smoothing: float = 0.0


def draw_capture(random: np.random.Generator, mosaic: float = 0.0) -> Capture:
    """Draw a capture: exposure, noise and white balance evenly in their logarithms, within this module's ranges.

    Args:
        random: draws it.
        mosaic: how often the sensor has a colour filter array, and the camera smooths colours.
    """
    exposure, shot, read, red, blue = (
        float(np.exp(random.uniform(*np.log(bounds))))
        for bounds in (EXPOSURE, SHOT, READ, *(2 * [(1 / (1 + WHITE_BALANCE), 1 + WHITE_BALANCE)]))
    )
    quality = int(random.integers(JPEG_QUALITY[0], JPEG_QUALITY[1] + 1)) if random.random() < JPEG_SHARE else None
    if not mosaic or random.random() >= mosaic:
        return Capture(exposure, shot, read, red, blue, quality)
    return Capture(exposure, shot, read, red, blue, quality, mosaic=True, smoothing=float(random.uniform(*SMOOTHING)))


def darken(rgb: Uint8Image, capture: Capture, random: np.random.Generator) -> Uint8Image:
    """Return a clean photo as it would have been taken with less light.

    Args:
        rgb: height x width x 3, uint8 sRGB. It is not changed.
        capture: how.
        random: draws the noise.

    Raises:
        LowlightError: a side has less than three pixels, and the sensor a colour filter array.
    """
    light = linear.from_uint8(rgb) * np.float32(capture.exposure)
    measured = _through_filters if capture.mosaic else add_noise
    signal = measured(light, capture.shot, capture.read, random)
    balanced = signal * np.array([capture.red, 1, capture.blue], np.float32)
    dark = to_uint8(linear.to_srgb(balanced))
    if capture.smoothing:
        dark = _smoothed(dark, capture.smoothing)
    return dark if capture.jpeg_quality is None else through_jpeg(dark, capture.jpeg_quality)


def magnify(rgb: Uint8Image, random: np.random.Generator) -> Uint8Image:
    """Return a part of a photo, magnified to the whole's size: as soft as photos at full size are; see `MAGNIFIED`.

    Args:
        rgb: height x width x channels, uint8; photos that lie over each other may share one array.
        random: draws how far, and which part.
    """
    height, width = rgb.shape[:2]
    share = 1 / random.uniform(*MAGNIFIED)
    rows, columns = (max(1, round(side * share)) for side in (height, width))
    top, left = (int(random.integers(side - part + 1)) for side, part in ((height, rows), (width, columns)))
    part = rgb[top : top + rows, left : left + columns]
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def in_light(rgb: Uint8Image, light: Sequence[float] | FloatImage) -> Uint8Image:
    """Return a photo as it would be in coloured light.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        light: what is left of linear red, green and blue, each in [0, 1].
    """
    return to_uint8(linear.to_srgb(linear.from_uint8(rgb) * np.array(light, np.float32)))


def add_noise(light: FloatImage, shot: float, read: float, random: np.random.Generator) -> FloatImage:
    """Return light as a sensor measures it: its mean is the light, its variance ``shot * light + read ** 2``.

    Args:
        light: any shape, linear, not negative.
        shot: the signal of one photon, above 0.
        read: standard deviation of what reading adds.
        random: draws the photons and the reading, as one Gaussian.
    """
    spread = np.sqrt(np.float32(shot) * light + np.float32(read * read))
    measured: FloatImage = light + spread * random.standard_normal(light.shape, np.float32)
    return measured


def _through_filters(light: FloatImage, shot: float, read: float, random: np.random.Generator) -> FloatImage:
    """Return light as a sensor measures it whose pixels see one colour each (RGGB); the others are filled in."""
    if min(light.shape[:2]) < 3:
        raise LowlightError("A photo needs three pixels a side for a colour filter array.")
    seen = light * np.array(SENSITIVITY, np.float32)
    mosaic = seen[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = seen[::2, ::2, 0], seen[1::2, 1::2, 2]
    mosaic = add_noise(mosaic, shot, read, random)
    top = max(float(mosaic.max()), 1e-6)
    raw = np.clip(mosaic / top * (_RAW_WHITE - _RAW_BLACK) + _RAW_BLACK, 0, _RAW_WHITE).astype(np.uint16)
    filled = cv2.demosaicing(raw, cv2.COLOR_BayerRGGB2RGB_EA).astype(np.float32)
    measured: FloatImage = (filled - _RAW_BLACK) / np.float32((_RAW_WHITE - _RAW_BLACK) / top)
    return measured / np.array(SENSITIVITY, np.float32)


def _smoothed(rgb: Uint8Image, sigma: float) -> Uint8Image:
    """Return a photo whose colours are smoothed and whose lightness is not."""
    parts = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    parts[..., 1:] = cv2.GaussianBlur(parts[..., 1:], (0, 0), sigma)
    return np.asarray(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB), np.uint8)


def through_jpeg(rgb: Uint8Image, quality: int) -> Uint8Image:
    """Return a picture after JPEG at a quality from 1 to 100, colours at half the resolution, as cameras do it."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image)


def synthesize(clean: Path, out: Path, *, count: int = 200, seed: int = 0) -> None:
    """Make low-light pairs from a folder of well-lit photos: low and high as PNG, and the scene list beside them.

    Two pairs of one photo are one scene. The scene list also says how each was taken.

    Args:
        clean: photos, each used as often as the others.
        out: a folder, made if it is missing, for low, high and scenes.csv.
        count: pairs to make.
        seed: decides everything; the first pairs of a larger count are those of a smaller one.

    Raises:
        LowlightError: there are no photos, one cannot be read, or ``out`` has pairs already.
    """
    photos = photos_in(clean)
    if any((out / side).exists() for side in SIDES):
        raise LowlightError(f"{out.name!r} holds pairs already. Choose a new folder, or take them away.")
    for side in SIDES:
        (out / side).mkdir(parents=True)
    with (out / OWN_SCENES).open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "scene", "exposure", "shot", "read", "red", "blue", "jpeg_quality"])
        for index in range(count):
            photo, name = photos[index % len(photos)], f"{index + 1:05d}"
            capture = _write_pair(photo, out, name, np.random.default_rng((seed, index)))
            numbers = (capture.exposure, capture.shot, capture.read, capture.red, capture.blue)
            writer.writerow([name, photo.stem, *(f"{number:.4g}" for number in numbers), capture.jpeg_quality or ""])


def _write_pair(photo: Path, out: Path, name: str, random: np.random.Generator) -> Capture:
    try:
        clean = read_rgb(photo)
    except LowlightError as error:
        raise LowlightError(f"{photo.name} cannot be used. {error}") from error
    capture = draw_capture(random)
    high = _window(clean, random)
    for side, picture in zip(SIDES, (darken(high, capture, random), high), strict=True):
        Image.fromarray(picture).save(out / side / f"{name}.png")
    return capture


def _window(rgb: Uint8Image, random: np.random.Generator) -> Uint8Image:
    """Cut a window of at most `LONGEST_SIDE` at random."""
    rows, columns = (
        slice(start := int(random.integers(max(side - LONGEST_SIDE, 0) + 1)), start + LONGEST_SIDE)
        for side in rgb.shape[:2]
    )
    return np.ascontiguousarray(rgb[rows, columns])
