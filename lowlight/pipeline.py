"""The recipe: lightness, CLAHE, brightening, denoising. Settings in, stages out."""

import logging
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from lowlight import exposure, limits, tone
from lowlight.denoise import in_tiles
from lowlight.engine import Network, default_network
from lowlight.errors import LowlightError
from lowlight.guide import Whole
from lowlight.tone import FloatImage, HalfImage, Uint8Image, Window

_STRIP_ROWS = 256

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What a person can choose. Checked when made; `limits` has the ranges.

    Attributes:
        exposure: how much brighter than the photo asks for, in stops: +1 is as if it had been exposed twice as long.
        clip_limit: CLAHE's clip limit; more gives more local contrast.
        tile_grid: CLAHE's tiles along each side.
        denoise: 0 is the brightened photo, exactly; 1 is the network's picture; in between, a mixture of both.
        brightness: a fixed factor for the brightening, as published; None finds it from the photo, and leaves a bright
            photo as it is.
        target_mean: the mean luma wanted after brightening, in place of a factor.

    Raises:
        LowlightError: a value is no number or out of range, or both brightness and target_mean are given.
    """

    exposure: float = 0.0
    clip_limit: float = 2.0
    tile_grid: int = 8
    denoise: float = 1.0
    brightness: float | None = None
    target_mean: float | None = None

    def __post_init__(self) -> None:
        _check("Brightness in stops", self.exposure, limits.EXPOSURE_RANGE)
        _check("Clip limit", self.clip_limit, limits.CLIP_LIMIT_RANGE)
        _check("Tile grid", self.tile_grid, limits.TILE_GRID_RANGE)
        if not isinstance(self.tile_grid, int):
            raise LowlightError(f"Tile grid must be a whole number; it was {self.tile_grid}.")
        if self.brightness is not None:
            _check("Brightness", self.brightness, limits.BRIGHTNESS_RANGE)
        if self.target_mean is not None:
            _check("Wanted mean brightness", self.target_mean, limits.TARGET_MEAN_RANGE)
        if self.brightness is not None and self.target_mean is not None:
            raise LowlightError("Give either a brightness factor or a wanted mean brightness, not both.")
        _check("Denoise strength", self.denoise, limits.DENOISE_RANGE)

    @classmethod
    def classic(cls, brightness: float = 2.0) -> Self:
        """Return the published method's settings: clip limit 2.0, an 8x8 grid, a fixed factor.

        With the published network, ``original-cnn.onnx``, they are the published method.
        """
        return cls(clip_limit=2.0, tile_grid=8, brightness=brightness, denoise=1.0)

    @property
    def automatic(self) -> bool:
        """Whether the photo decides how bright it becomes."""
        return self.brightness is None and self.target_mean is None

    @property
    def lift(self) -> float:
        """What `exposure` means for sRGB values: their factor in the shadows (a stop is 2 in light, 2^(1/2.2) here)."""
        return float(2 ** (self.exposure / 2.2))


USUAL_CLAHE = (Settings.clip_limit, Settings.tile_grid)
"""Clip limit and tile grid for which the network's picture is as it was trained to be."""


@dataclass(frozen=True)
class Stage:
    """A stage of the recipe that is ready.

    Attributes:
        name: "original", "lightness", "clahe", "brightened" or "denoised".
        title: the same for people.
        picture: height x width x 3, uint8 RGB. Not to be written into: stages may share memory.
        sentence: what was done and why, for somebody who has never heard of LAB.
    """

    name: str
    title: str
    picture: Uint8Image
    sentence: str


@dataclass(frozen=True)
class Progress:
    """How far the denoiser is: ``share`` of the tiles, in (0, 1]."""

    share: float


@dataclass(frozen=True)
class Clean:
    """What a guided network makes of a photo before brightness, contrast and strength: only ``target_mean`` changes it.

    Attributes:
        picture: height x width x 3, float16 in [0, 1] and a little beyond.
    """

    picture: HalfImage


@dataclass(frozen=True)
class Prepared:
    """A photo on its way to the network: after CLAHE, with the factor that brightens it.

    Attributes:
        lightness: height x width, uint8.
        equalized: height x width x 3, uint8 RGB.
        usual_factor: the brightness factor that the photo asks for.
        lift: how many times brighter than that the settings want it.
        need: the share of the treatment that the photo gets, in [0, 1].
        mean: the mean luma that a guided network is asked for.
        whole: what a guided network is told about the photo, if it has been asked already.
    """

    lightness: Uint8Image
    equalized: Uint8Image
    usual_factor: float
    lift: float
    need: float
    mean: float
    whole: Whole | None = None

    @property
    def factor(self) -> float:
        """The brightness factor."""
        return self.usual_factor * self.lift

    def brightened(self, window: Window = (slice(None), slice(None))) -> FloatImage:
        """Return the brightened photo or a part of it: height x width x 3, float32 in [0, 1]; a denoiser's input."""
        return tone.brighten(self.equalized[window], self.factor)


def prepare(rgb: Uint8Image, settings: Settings, mean: float = exposure.AUTOMATIC_MEAN) -> Prepared:
    """Take a photo through every stage before the network; serving and training both come through here.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.
        mean: the mean luma that automatic brightness aims at: a guided network's, for this photo, or LOL's.

    Raises:
        LowlightError: ``rgb`` is no such array.
    """
    tone.check_rgb(rgb)
    need = exposure.need(rgb) if settings.automatic else 1.0
    mean = max(settings.target_mean or mean, tone.mean_luma(rgb))
    lab = tone.rgb_to_lab(rgb)
    lightness = lab[..., 0].copy()
    if need == 0:
        return Prepared(lightness, rgb, 1.0, settings.lift, need, mean)
    equalized = tone.equalize_lightness(lightness, settings.clip_limit, settings.tile_grid)
    lab[..., 0] = tone.blend_uint8(lightness, equalized, need)
    picture = tone.lab_to_rgb(lab)
    usual, asked = exposure.automatic_factor(picture, mean), settings.brightness
    if settings.target_mean is not None:
        usual = exposure.factor_for_mean(picture, settings.target_mean)
    lift = settings.lift * (asked / usual if asked else 1)
    return Prepared(lightness, picture, 1 + need * (usual - 1), lift, need, mean)


def plan(rgb: Uint8Image, settings: Settings, network: Network | None) -> Prepared:
    """Prepare a photo for a network, which says how bright the photo should be if it is a guided one.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.
        network: None where there is none.

    Raises:
        LowlightError: ``rgb`` is no such array.
    """
    tone.check_rgb(rgb)
    asked = network is not None and network.guided and settings.target_mean is None
    if not asked or exposure.need(rgb) == 0:
        return prepare(rgb, settings)
    whole = Whole.of(rgb)
    return replace(prepare(rgb, settings, network.wanted_mean(whole)), whole=whole)  # type: ignore[union-attr]


def enhance(rgb: Uint8Image, settings: Settings | None = None, *, network: Network | None = None) -> Iterator[Stage]:
    """Make a dark photo bright and clean; yield each stage as soon as it is ready.

    Args:
        rgb: height x width x 3, uint8 sRGB, upright. It is not changed.
        settings: automatic if None.
        network: the configured or bundled weights if None.

    Yields:
        Five stages: original, lightness, clahe, brightened, denoised. The last is the result; without a network
        it is the brightened photo again, and its sentence says so.

    Raises:
        LowlightError: ``rgb`` is no such array.
    """
    return (step for step in steps(rgb, settings, network=network) if isinstance(step, Stage))


def steps(
    rgb: Uint8Image, settings: Settings | None = None, *, network: Network | None = None, clean: Clean | None = None
) -> Generator[Stage | Progress | Clean]:
    """Do as `enhance` does, and yield the network's progress between tiles: who stops listening stops the work.

    A guided network's picture is handed out too. Given back with the same photo and other settings, the network rests.
    """
    settings = settings or Settings()
    tone.check_rgb(rgb)
    yield Stage("original", "Original", rgb, "Your photo as it came, upright and in standard colours.")

    network, missing = _network_or_reason(network)
    prepared = plan(rgb, settings, network)
    yield Stage("lightness", "Lightness", _grey(prepared.lightness), _LIGHTNESS)
    yield Stage("clahe", "Local contrast", prepared.equalized, _clahe_sentence(settings, prepared.need))
    brightened = tone.brighten_uint8(prepared.equalized, prepared.factor)
    yield Stage("brightened", "Brightened", brightened, _brightened_sentence(settings, prepared))

    sentence = _denoised_sentence(settings, prepared)
    if network is None or settings.denoise == 0:
        yield Stage("denoised", "Denoised", brightened, missing or sentence)
        return
    if network.guided:
        if prepared.need and clean is None:
            clean = yield from _clean(rgb, prepared, network)
            yield clean
        result = _lifted(prepared, clean)
        result = tone.more_contrast(result, settings.clip_limit, settings.tile_grid, usual=USUAL_CLAHE)
    else:
        result = yield from _denoised(prepared, brightened, network)
    yield Stage("denoised", "Denoised", tone.blend_uint8(brightened, result, settings.denoise), sentence)


def _clean(rgb: Uint8Image, prepared: Prepared, network: Network) -> Generator[Progress, None, Clean]:
    """Take the photo through a guided network, tile by tile."""
    whole = prepared.whole or Whole.of(rgb)
    gain = prepared.mean / max(tone.mean_luma(rgb), 1 / 255)
    result = np.empty(rgb.shape, np.float16)

    def make(window: Window) -> FloatImage:
        dark = tone.as_float(rgb[window])
        return tone.keep_highlights(network.enhance(dark, window, whole, prepared.mean), dark, gain)

    for share in in_tiles(make, result, halo=network.halo, stride=network.stride, size=limits.GUIDED_TILE_SIZE):
        yield Progress(share)
    return Clean(result)


def _lifted(prepared: Prepared, clean: Clean | None) -> Uint8Image:
    """Return a guided network's picture as bright as people want it, at full strength.

    The share of the photo's need that is missing to 1 stays as it was before the network.
    """
    result = np.empty_like(prepared.equalized)
    for top in range(0, len(result), _STRIP_ROWS):  # in strips: floating point takes four times the picture's memory
        rows = slice(top, top + _STRIP_ROWS)
        after = tone.from_half(clean.picture[rows]) if clean is not None and prepared.need else None
        if after is None or prepared.need < 1:
            before = tone.brighten(prepared.equalized[rows], prepared.usual_factor)
            after = before if after is None else before + np.float32(prepared.need) * (after - before)
        result[rows] = tone.to_uint8(tone.lift(after, prepared.lift))
    return result


def _denoised(prepared: Prepared, brightened: Uint8Image, network: Network) -> Generator[Progress, None, Uint8Image]:
    """Take the brightened photo through a denoiser, tile by tile, as far as it needs that."""
    if not prepared.need:
        return brightened
    result = np.empty_like(brightened)
    for share in in_tiles(lambda window: network(prepared.brightened(window)), result, halo=network.halo):
        yield Progress(share)
    return tone.blend_uint8(brightened, result, prepared.need)


def _network_or_reason(network: Network | None) -> tuple[Network | None, str]:
    """Return the network that serves, or why there is none: the stages before it are worth having all the same."""
    try:
        return network or default_network(), ""
    except LowlightError as error:
        _log.warning("%s", error)
        return None, f"{error} This is the brightened photo, its noise still in it."


_LIGHTNESS = (
    "How light each point is, without its colour (the L of LAB). The next step works on this alone, "
    "so colours stay true."
)
_BRIGHT = "This photo is bright already, so it stays as it is."


def _clahe_sentence(settings: Settings, need: float) -> str:
    if need == 0:
        return _BRIGHT
    grid = f"{settings.tile_grid} x {settings.tile_grid}"
    return (
        f"Each part of the photo gets its own contrast (CLAHE, {grid} tiles), held back at clip limit "
        f"{settings.clip_limit:g} so that noise is not blown up."
    )


def _brightened_sentence(settings: Settings, prepared: Prepared) -> str:
    if prepared.need == 0 and prepared.factor == 1:
        return _BRIGHT
    how = "found from the photo itself" if settings.automatic and settings.exposure == 0 else "as you asked"
    return f"Every value times {prepared.factor:.2f}, {how}. The noise that hid in the dark shows now."


def _denoised_sentence(settings: Settings, prepared: Prepared) -> str:
    if settings.denoise == 0:
        return "Denoising is switched off: this is the brightened photo."
    if prepared.need == 0:
        return _BRIGHT if prepared.factor == 1 else "This photo is bright already: only the brightness is as you asked."
    if settings.denoise == 1:
        return "A small neural network, trained on pairs of dark and bright photos, takes the noise out."
    return (
        "A small neural network, trained on pairs of dark and bright photos, takes the noise out, "
        f"at {settings.denoise:.0%} of its strength."
    )


def _grey(lightness: Uint8Image) -> Uint8Image:
    """Return a grey RGB view of one channel; it costs no memory and cannot be written to."""
    return np.broadcast_to(lightness[..., np.newaxis], (*lightness.shape, 3))


def _check(name: str, value: object, bounds: tuple[float, float]) -> None:
    low, high = bounds
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise LowlightError(f"{name} must be a number from {low:g} to {high:g}; it was {value!r}.")
