"""What there is to know about a photo before anything is done to it: its means over the cells of a thumbnail."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np

from lowlight.arrays import LUMA, FloatImage, HalfImage, Uint8Image, Uint16Image, Window, from_half
from lowlight.light import linear
from lowlight.light.wanted import closed_share, wanted_mean

THUMBNAIL_PIXELS = 96 * 64
"""How many pixels a thumbnail has, about: 96 x 64 for a photo of 3:2."""

THUMBNAIL_STRIDE = 16
"""Sides of a thumbnail are multiples of this."""

STRONGEST_SHARE = 0.5
"""How much a pixel's strongest channel counts in its intensity, beside luminance: a blue lamp is a lamp. With 0.8 skin
gets too little light beside white and grey, and references are missed by up to 0.2 dB more."""

FLOOR = 1e-3
"""What is added to linear intensity before its logarithm, three levels of 255: below it there are no edges to keep."""

SURROUNDINGS = 40
"""The surroundings of a cell reach a fortieth of the thumbnail's long side, at least two cells, in each direction."""

EDGE_VARIANCE = 0.1
"""Variance, in stops squared, from which on a difference inside the surroundings counts as an edge."""

ENOUGH_PIXELS = 3_000_000
"""About how many pixels are surveyed: of four times as many and more, every second, third, ... row and column."""

UNDEREXPOSED = (0.29, 0.39)
"""Wanted mean luma (`Survey.wanted`) below which a photo is finished and its dark is meant, and above which it is
underexposed; in between, something of both."""

CLOSED = (0.02, 0.12)
"""The share of a closed black (`wanted.closed_share`) between which a photo counts as one that has it: in the black of
underexposed frames there mostly is noise. Of 31 of night scenes 24 have less than 0.03."""

CLOSED_DOUBT = 0.15
"""By how much the wanted mean luma must be higher where the black is closed, until a photo counts as underexposed."""

OPEN_BLACK = 1.5
"""The black of an underexposed photo at most, in levels of 255: what a finished one keeps as its black holds something
there."""

SIGNAL_BLUR = 1.5
"""Standard deviation, in cells, by which the signal is smoothed: what is lifted has no hard edge beside what is not."""

_STRIP_PIXELS = 1 << 20


@dataclass(frozen=True)
class Survey:
    """What a light map is made of: a photo's means over the cells of a thumbnail.

    Attributes:
        height: the photo's, in pixels.
        width: likewise.
        light: rows x cols x 3, float32, linear in [0, 1].
        intensity: rows x cols, float32, linear in [0, 1]; see `intensity`.
        level: rows x cols, float32: mean of the strongest sRGB value, in levels of 255.
        luma: rows x cols, float32: mean luma, in [0, 1].
        texture: rows x cols, float32: standard deviation of luma inside the cell, in levels of 255.
        mean: mean luma of the photo, in [0, 1].
        known: the wanted mean luma where it is known already, in (0, 1); None asks the forest.
    """

    height: int
    width: int
    light: FloatImage
    intensity: FloatImage
    level: FloatImage
    luma: FloatImage
    texture: FloatImage
    mean: float
    known: float | None = None

    @classmethod
    def of(cls, rgb: Uint8Image | Uint16Image | HalfImage, known: float | None = None) -> Self:
        """Survey a photo: height x width x 3, sRGB, uint8, uint16, or float16 in [0, 1]; ``known`` as the attribute."""
        height, width = rgb.shape[:2]
        every = max(1, int((height * width / ENOUGH_PIXELS) ** 0.5))
        light, values = _cell_means(rgb[::every, ::every], thumbnail_size(height, width))
        level, luma, squares = (np.ascontiguousarray(values[..., at]) for at in range(3))
        texture = np.sqrt(np.maximum(squares - luma * luma, 0))
        colours, strength = np.ascontiguousarray(light[..., :3]), np.ascontiguousarray(light[..., 3])
        luma = luma * np.float32(1 / 255)
        return cls(height, width, colours, strength, level, luma, texture, float(luma.mean()), known)

    @cached_property
    def logarithm(self) -> FloatImage:
        """The intensity's logarithm, in stops, as `stops_of` returns it."""
        return stops_of(self.intensity)

    @cached_property
    def base(self) -> FloatImage:
        """The light of each cell's surroundings, its edges kept: rows x cols, float32, linear, above 0."""
        slope, offset = fitted(self.logarithm, self.logarithm)
        return np.asarray(np.clip(np.exp2(slope * self.logarithm + offset), FLOOR, 1), np.float32)

    @cached_property
    def wanted(self) -> float:
        """The mean luma, in (0, 1), that the photo ought to have where it holds something (`wanted.wanted_mean`)."""
        return wanted_mean(self) if self.known is None else self.known

    @cached_property
    def underexposed(self) -> float:
        """How far the photo is underexposed, in [0, 1]: 0 if its dark is meant; see `UNDEREXPOSED`, `CLOSED_DOUBT`."""
        return float(ramp(np.asarray(self.wanted - CLOSED_DOUBT * self.closed, np.float32), *UNDEREXPOSED))

    @cached_property
    def closed(self) -> float:
        """How far the photo has a closed black, in [0, 1]; see `CLOSED`."""
        return float(ramp(np.asarray(closed_share(self), np.float32), *CLOSED))

    @cached_property
    def black(self) -> float:
        """The level, of 255, below which what the photo holds is its black; see `black_of` and `OPEN_BLACK`."""
        own = black_of(self.level)
        return own + (min(own, OPEN_BLACK) - own) * self.underexposed

    @cached_property
    def signal(self) -> FloatImage:
        """How much of a gain each cell bears, in [0, 1]; see `signal_of`."""
        return signal_of(self.level, self.texture, self.black)

    @cached_property
    def colour(self) -> FloatImage:
        """How far each cell's colour can be believed, in [0, 1]: rows x cols, float32. Black has none."""
        return np.asarray(
            ramp(self.level, self.black / 3, self.black * 2) * alive(self.level, self.texture), np.float32
        )

    def placed(self, cells: FloatImage, window: Window) -> FloatImage:
        """Return a map for a part of the photo, between cells linearly: height x width, float32.

        Args:
            cells: rows x cols, float32.
            window: where the part lies in the photo.
        """
        rows, cols = window
        tall = cv2.resize(cells, (cells.shape[1], self.height), interpolation=cv2.INTER_LINEAR)[rows]
        wide = cv2.resize(tall, (self.width, len(tall)), interpolation=cv2.INTER_LINEAR)
        return np.asarray(wide[:, cols], np.float32)


def intensity(light: FloatImage) -> FloatImage:
    """Return how intense each pixel's linear light is: luminance, and a share of the strongest channel."""
    mixed = cv2.addWeighted(linear.luminance(light), 1 - STRONGEST_SHARE, linear.strongest(light), STRONGEST_SHARE, 0)
    return np.asarray(mixed, np.float32)


def stops_of(values: FloatImage) -> FloatImage:
    """Return the logarithm to base 2 of linear intensity, `FLOOR` added: height x width, float32."""
    return np.asarray(cv2.log(values + np.float32(FLOOR)) * np.float32(1 / np.log(2)), np.float32)


def fitted(target: FloatImage, logarithm: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Fit ``target = slope * logarithm + offset`` around each cell and return both (a guided filter's model).

    Args:
        target: rows x cols, float32.
        logarithm: rows x cols, float32, in stops.
    """
    reach = reach_of(target.shape)

    def mean(values: FloatImage) -> FloatImage:
        blurred = cv2.blur(values, (2 * reach + 1, 2 * reach + 1), borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred, np.float32)

    along, of_target = mean(logarithm), mean(target)
    covariance = mean(logarithm * target) - along * of_target
    variance = mean(logarithm * logarithm) - along * along
    slope = np.asarray(covariance / (np.maximum(variance, 0) + np.float32(EDGE_VARIANCE)), np.float32)
    return mean(slope), mean(np.asarray(of_target - slope * along, np.float32))


def reach_of(shape: tuple[int, ...]) -> int:
    """Return by how many cells of a thumbnail with these sides the surroundings reach; see `SURROUNDINGS`."""
    return max(2, max(shape) // SURROUNDINGS)


def black_of(level: FloatImage) -> float:
    """Return the level, of 255, below which what a photo holds is its black, from 1.2 to 8.

    Where a photo reaches far up, as one with lamps does, a few levels are its black. Where all of it is dark, as a
    room's, levels of 1 to 2 still tell something: their noise carries it.

    Args:
        level: rows x cols, float32: each cell's mean of the strongest sRGB value, in levels of 255.
    """
    bright, highest = np.percentile(level, (95, 99.5))
    return float(np.clip(max(bright / 20, highest / 30), 1.2, 8.0))


def signal_of(level: FloatImage, texture: FloatImage, black: float) -> FloatImage:
    """Return how much of a gain cells bear, in [0, 1]: rows x cols, float32. In black there is nothing to bring back.

    What is flat below 4 levels tells nothing in any photo.

    Args:
        level: rows x cols, float32: each cell's mean of the strongest sRGB value, in levels of 255.
        texture: rows x cols, float32: standard deviation of luma inside each cell, in levels of 255.
        black: as `black_of` returns it.
    """
    bears = ramp(level, black / 4, black) * alive(level, texture)
    return np.asarray(cv2.GaussianBlur(bears, (0, 0), SIGNAL_BLUR), np.float32)


def alive(level: FloatImage, texture: FloatImage) -> FloatImage:
    """Return whether anything was recorded in each cell, in [0, 1]: flat black, below 4 to 8 levels, holds nothing.

    Args:
        level: rows x cols, float32: each cell's mean of the strongest sRGB value, in levels of 255.
        texture: rows x cols, float32: standard deviation of luma inside each cell, in levels of 255.
    """
    return np.asarray(np.maximum(ramp(texture, 0.1, 0.35), ramp(level, 4.0, 8.0)), np.float32)


def ramp(values: FloatImage, low: float, high: float) -> FloatImage:
    """Return 0 below ``low``, 1 above ``high``, and in between a curve without corners."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _cell_means(rgb: Uint8Image | Uint16Image | HalfImage, cells: tuple[int, int]) -> tuple[FloatImage, FloatImage]:
    """Return for each cell the means of light and intensity (rows x cols x 4), strongest value, luma and its square."""
    height, width = rgb.shape[:2]
    rows, cols = cells
    across = cv2.INTER_AREA if width >= cols else cv2.INTER_LINEAR
    down = cv2.INTER_AREA if height >= rows else cv2.INTER_LINEAR
    step = max(_STRIP_PIXELS // width, 1)
    tall: tuple[list[FloatImage], list[FloatImage]] = ([], [])
    for top in range(0, height, step):  # first the widths, strip by strip: no large photo is held in floating point
        for found, measured in zip(tall, _measured(rgb[top : top + step]), strict=True):
            found.append(np.asarray(cv2.resize(measured, (cols, len(measured)), interpolation=across), np.float32))
    light, values = (
        np.asarray(cv2.resize(np.concatenate(strips), (cols, rows), interpolation=down), np.float32) for strips in tall
    )
    return light, values


def _measured(picture: Uint8Image | Uint16Image | HalfImage) -> tuple[FloatImage, FloatImage]:
    """Return what the means are taken of, for each pixel: height x width x 4, and height x width x 3."""
    if picture.dtype == np.uint8:
        values = picture.astype(np.float32)
        light = linear.from_uint8(picture.astype(np.uint8, copy=False))
    elif picture.dtype == np.uint16:
        values = picture * np.float32(1 / 257)
        light = linear.from_uint16(picture.astype(np.uint16, copy=False))
    else:
        srgb = from_half(picture.astype(np.float16, copy=False))
        light, values = linear.from_srgb(srgb), srgb * np.float32(255)
    luma = np.asarray(cv2.transform(values, np.array([LUMA], np.float32)), np.float32)
    channels = [linear.strongest(values), luma, luma * luma]
    return np.dstack([light, intensity(light)]), np.dstack(channels)


def thumbnail_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width of a photo's thumbnail: its shape as nearly as multiples of 16 allow."""
    scale = (THUMBNAIL_PIXELS / (height * width)) ** 0.5
    rows, cols = (max(round(side * scale / THUMBNAIL_STRIDE), 1) * THUMBNAIL_STRIDE for side in (height, width))
    return rows, cols
