"""The published method: lightness, CLAHE, a factor for every value, a denoiser. What the original network runs in.

With `Settings.classic` it is the published method to the letter; automatic settings find the factor from the photo.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from lowlight import arrays, captions
from lowlight.arrays import FloatImage, Uint8Image, Window
from lowlight.light import exposure, shown, tone
from lowlight.messages import NOTHING, Message, joined
from lowlight.network.session import Denoiser
from lowlight.network.tiling import in_tiles
from lowlight.settings import LOOKS, Settings
from lowlight.stages import Progress, Stage


@dataclass(frozen=True)
class Prepared:
    """A photo on its way to the denoiser: after CLAHE, with the factor that brightens it.

    Attributes:
        lightness: height x width, uint8.
        equalized: height x width x 3, uint8 RGB.
        own_factor: the brightness factor that the photo asks for.
        lift: how many times brighter than that the settings want it.
        need: the share of the treatment that the photo gets, in [0, 1].
    """

    lightness: Uint8Image
    equalized: Uint8Image
    own_factor: float
    lift: float
    need: float

    @property
    def factor(self) -> float:
        """The brightness factor."""
        return self.own_factor * self.lift

    def brightened(self, window: Window = (slice(None), slice(None))) -> FloatImage:
        """Return the brightened photo or a part of it: height x width x 3, float32 in [0, 1]; a denoiser's input."""
        return tone.brighten(self.equalized[window], self.factor)


def prepare(rgb: Uint8Image, settings: Settings) -> Prepared:
    """Take a photo through every stage before the denoiser; serving and training both come through here.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.

    Raises:
        LowlightError: ``rgb`` is no such array.
    """
    arrays.check_rgb(rgb)
    need = exposure.need(rgb) if settings.automatic else 1.0
    mean = max(settings.target_mean or exposure.AUTOMATIC_MEAN, arrays.mean_luma(rgb))
    lab = tone.rgb_to_lab(rgb)
    lightness = lab[..., 0].copy()
    if need == 0:
        return Prepared(lightness, rgb, 1.0, settings.lift, need)
    equalized = tone.equalize_lightness(lightness, settings.clip_limit, settings.tile_grid)
    lab[..., 0] = arrays.blend(lightness, equalized, need)
    picture = tone.lab_to_rgb(lab)
    own, asked = exposure.automatic_factor(picture, mean), settings.brightness
    if settings.target_mean is not None:
        own = exposure.factor_for_mean(picture, settings.target_mean)
    lift = settings.lift * (asked / own if asked else 1)
    return Prepared(lightness, picture, 1 + need * (own - 1), lift, need)


def steps(rgb: Uint8Image, settings: Settings, network: Denoiser) -> Iterator[Stage | Progress]:
    """Yield the stages after the original, and the denoiser's progress between tiles.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        settings: as people chose them.
        network: what cleans the brightened photo.
    """
    prepared = prepare(rgb, settings)
    need, black = prepared.need, prepared.need == 0 and arrays.mean_luma(rgb) < exposure.SEEN_MEAN
    lightness, sentence = arrays.grey(prepared.lightness), joined(captions.LIGHTNESS, captions.LIGHTNESS_ALONE)
    yield Stage("lightness", Message("Lightness"), lightness, sentence, shown.times(lightness))
    sentence = captions.clahe(settings, need, black=black)
    yield Stage("clahe", Message("Local contrast"), prepared.equalized, sentence, shown.times(prepared.equalized))
    brightened = tone.brighten_uint8(prepared.equalized, prepared.factor)
    sentence = captions.multiplied(settings, prepared.factor, need, black=black)
    yield Stage("brightened", Message("Brightened"), brightened, sentence)
    result = brightened
    if settings.denoise:
        result = yield from _denoised(prepared, brightened, network)
        result = arrays.blend(brightened, result, settings.denoise)
    result = arrays.blend(rgb, result, settings.strength)
    yield Stage("denoised", Message("Denoised"), result, _sentence(prepared, settings, black=black))


def _sentence(prepared: Prepared, settings: Settings, *, black: bool) -> Message:
    """Say what became of a photo at the end."""
    fine, same = prepared.need == 0, prepared.need == 0 and prepared.factor == 1
    known = replace(settings, detail=0.0, warmth=0.0, colour=0.0)
    return joined(
        captions.denoised(settings, fine=fine, same=same, black=black, need=prepared.need),
        captions.finished(known, clean=True) if not same else NOTHING,
        captions.UNKNOWN if _beyond(settings) else NOTHING,
    )


def _beyond(settings: Settings) -> bool:
    """Say whether something was asked for that the published method does not know."""
    others = (settings.shadows, settings.highlights, settings.warmth, settings.colour, settings.detail)
    return any(others) or settings.look != LOOKS[0]


def _denoised(prepared: Prepared, brightened: Uint8Image, network: Denoiser) -> Generator[Progress, None, Uint8Image]:
    """Take the brightened photo through the denoiser, tile by tile, as far as it needs that."""
    if not prepared.need:
        return brightened
    result = np.empty_like(brightened)
    for share in in_tiles(lambda window: network(prepared.brightened(window)), result, halo=network.halo):
        yield Progress(share)
    return arrays.blend(brightened, result, prepared.need)
