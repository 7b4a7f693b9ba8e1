"""The recipe: lightness, CLAHE, brightening, denoising. Settings in, stages out."""

import logging
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from lowlight import exposure, limits, noise, tone
from lowlight.denoise import Window, denoise
from lowlight.engine import Network, default_network
from lowlight.errors import LowlightError
from lowlight.tone import FloatImage, Uint8Image

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What a person can choose. Checked when made; `limits` has the ranges.

    Attributes:
        clip_limit: CLAHE's clip limit; more gives more local contrast, and more noise.
        tile_grid: CLAHE's tiles along each side.
        brightness: the factor for the brightening; None finds it from the photo, and leaves a bright photo as it is.
        target_mean: the mean luma wanted after brightening, in place of a factor.
        denoise: 0 is the brightened photo, exactly; 1 is as much of the network's picture as the noise calls for.
        adaptive: denoise a photo with little noise less; without it, denoise 1 is the network's picture for all.

    Raises:
        LowlightError: a value is no number or out of range, or both brightness and target_mean are given.
    """

    clip_limit: float = 2.0
    tile_grid: int = 8
    brightness: float | None = None
    target_mean: float | None = None
    denoise: float = 1.0
    adaptive: bool = True

    def __post_init__(self) -> None:
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
        """Return the published method's settings: clip limit 2.0, an 8x8 grid, a fixed factor, always denoised."""
        return cls(clip_limit=2.0, tile_grid=8, brightness=brightness, denoise=1.0, adaptive=False)

    @property
    def automatic(self) -> bool:
        """Whether the photo decides how bright it becomes."""
        return self.brightness is None and self.target_mean is None


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
class Prepared:
    """A photo on its way to the network: after CLAHE, with the factor that brightens it.

    Attributes:
        lightness: height x width, uint8.
        equalized: height x width x 3, uint8 RGB.
        factor: the brightness factor.
        need: the share of the treatment that the photo gets, in [0, 1].
    """

    lightness: Uint8Image
    equalized: Uint8Image
    factor: float
    need: float

    def brightened(self, window: Window = (slice(None), slice(None))) -> FloatImage:
        """Return the brightened photo or a window of it: height x width x 3, float32 in [0, 1]; the network's input."""
        return tone.brighten(self.equalized[window], self.factor)


def prepare(rgb: Uint8Image, settings: Settings) -> Prepared:
    """Take a photo through every stage before the network; serving and training both come through here.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.

    Raises:
        LowlightError: ``rgb`` is no such array.
    """
    tone.check_rgb(rgb)
    need = exposure.need(rgb) if settings.automatic else 1.0
    lab = tone.rgb_to_lab(rgb)
    lightness = lab[..., 0].copy()
    if need == 0:
        return Prepared(lightness, rgb, 1.0, need)
    equalized = tone.equalize_lightness(lightness, settings.clip_limit, settings.tile_grid)
    lab[..., 0] = tone.blend_uint8(lightness, equalized, need)
    picture = tone.lab_to_rgb(lab)
    return Prepared(lightness, picture, 1 + need * (_factor(picture, settings) - 1), need)


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
    rgb: Uint8Image, settings: Settings | None = None, *, network: Network | None = None
) -> Generator[Stage | Progress]:
    """Do as `enhance` does, and yield the denoiser's progress between tiles: who stops listening stops the work."""
    settings = settings or Settings()
    tone.check_rgb(rgb)
    yield Stage("original", "Original", rgb, "Your photo as it came, upright and in standard colours.")

    prepared = prepare(rgb, settings)
    yield Stage("lightness", "Lightness", _grey(prepared.lightness), _LIGHTNESS)
    yield Stage("clahe", "Local contrast", prepared.equalized, _clahe_sentence(settings, prepared.need))
    brightened = tone.brighten_uint8(prepared.equalized, prepared.factor)
    yield Stage("brightened", "Brightened", brightened, _brightened_sentence(settings, prepared))

    share = noise.share(brightened) if settings.adaptive else 1.0
    sentence = _denoised_sentence(settings, prepared, share)
    strength = settings.denoise * prepared.need * share
    if strength == 0:
        yield Stage("denoised", "Denoised", brightened, sentence)
        return
    try:
        network = network or default_network()
    except LowlightError as error:  # the stages before the network are worth having without it
        _log.warning("%s", error)
        yield Stage("denoised", "Denoised", brightened, f"{error} This is the brightened photo, its noise still in it.")
        return
    result = brightened
    for done, picture in denoise(prepared.brightened, rgb.shape[:2], network, halo=network.halo, strength=strength):
        result = picture
        yield Progress(done)
    yield Stage("denoised", "Denoised", result, sentence)


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
    if prepared.need == 0:
        return _BRIGHT
    how = "found from the photo itself" if settings.automatic else "as you asked"
    return f"Every value times {prepared.factor:.2f}, {how}. The noise that hid in the dark shows now."


def _denoised_sentence(settings: Settings, prepared: Prepared, share: float) -> str:
    if prepared.need == 0:
        return _BRIGHT
    if settings.denoise == 0:
        return "Denoising is switched off: this is the brightened photo."
    if share == 0:
        return "There is hardly any grain for the network to take out, so this is the brightened photo."
    network = "A small neural network, trained on pairs of dark and bright photos, takes the noise out"
    strength = settings.denoise * share
    return f"{network}." if strength == 1 else f"{network}, at {strength:.0%} of its strength."


def _factor(picture: Uint8Image, settings: Settings) -> float:
    if settings.brightness is not None:
        return settings.brightness
    if settings.target_mean is not None:
        return exposure.factor_for_mean(picture, settings.target_mean)
    return exposure.automatic_factor(picture)


def _grey(lightness: Uint8Image) -> Uint8Image:
    """Return a grey RGB view of one channel; it costs no memory and cannot be written to."""
    return np.broadcast_to(lightness[..., np.newaxis], (*lightness.shape, 3))


def _check(name: str, value: object, bounds: tuple[float, float]) -> None:
    low, high = bounds
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise LowlightError(f"{name} must be a number from {low:g} to {high:g}; it was {value!r}.")
