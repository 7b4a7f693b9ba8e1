"""What the controls do to a photo: to its light map, and to the finished picture's colours. Pixel arithmetic alone."""

from dataclasses import dataclass

import cv2
import numpy as np

from lowlight import arrays
from lowlight.arrays import FloatImage
from lowlight.light import light_map, linear, tone
from lowlight.light.light_map import CEILING
from lowlight.light.scene import Scene
from lowlight.light.survey import FLOOR, Survey, intensity, ramp, stops_of
from lowlight.settings import Settings

CONTRAST_SHARE = 0.07
"""How much of what CLAHE makes of the light map is taken over, for each unit of its clip limit: at the usual 2 a
seventh. 0.6 of it costs 4 dB of likeness to LOL's references in luma, a fifth 0.6 dB."""

NIGHT_STOPS = 1.2
"""What the look that keeps a night lifts at most, in stops."""

BRIGHT_STOPS = 0.7
"""How much lighter the look Bright is than what the photo asks for, in stops."""

SHADOW_STOPS, HIGHLIGHT_STOPS = 1.5, 1.0
"""What the controls Shadows and Highlights change at their ends, in stops."""

SHADOWS, HIGHLIGHTS = (0.03, 0.25), (0.2, 0.6)
"""Linear light of the brightened surroundings: shadows lie below the first pair, highlights above the second."""

WARM_STOPS = 0.35
"""By how many stops red rises and blue falls at the control's end."""

COLOUR_GAIN = 0.8
"""How much stronger colours are at the control's end."""

DETAIL_FLOOR = 2e-3
"""What is added to luminance, linear, before fine structure is taken as a ratio: near black it is noise."""

MOST_HELD = 1.0
"""The most by which a network's light is corrected, in stops."""

DETAIL_RANGE = (0.5, 2.0)
"""The factors of luminance between which fine structure comes back."""

LEAST_LUMINANCE = 1e-6
"""What luminance counts as at least where it divides."""

NIGHT_AROUND, NIGHT_ROOM = 5, 1.1
"""The side of the square, in pixels, whose brightened light a kept night stays below, and by which factor it may pass
it."""

ROLL = 3
"""How late the curve that raises gives way: the midtones rise by the stops that are asked for."""

_ENLARGED = 8  # how much larger the map is for CLAHE: OpenCV rounds its clip limit to whole counts of a tile's pixels


@dataclass(frozen=True)
class Asked:
    """The light a photo is to be in, and how that differs from what it asks for itself.

    Attributes:
        stops: rows x cols, float32: the whole light map.
        change: rows x cols, float32: its difference from the scene's own map.
    """

    stops: FloatImage
    change: FloatImage

    @property
    def nothing(self) -> bool:
        """Whether the scene's own map stays as it is."""
        return not np.any(self.change)


def asked(survey: Survey, scene: Scene, settings: Settings) -> Asked:
    """Return the light map that a photo gets under these settings."""
    own = _total(survey, scene, settings)
    own = own + _local_contrast(survey, own, settings)
    if settings.look == "night":
        own = np.minimum(own, NIGHT_STOPS)
    lit = survey.base * light_map.factor_of(own)
    shaped = settings.shadows * SHADOW_STOPS * (1 - ramp(lit, *SHADOWS)) * survey.signal
    shaped = shaped + settings.highlights * HIGHLIGHT_STOPS * ramp(lit, *HIGHLIGHTS)
    lifted = BRIGHT_STOPS * survey.signal if settings.look == "bright" else 0.0
    stops = np.asarray(own + shaped + lifted + settings.exposure, np.float32)
    return Asked(stops, np.asarray(stops - scene.stops, np.float32))


def _total(survey: Survey, scene: Scene, settings: Settings) -> FloatImage:
    """Return the light map before contrast and sliders: the photo's own, or what a factor or a mean asks for."""
    own = scene.stops
    if settings.brightness is not None:
        level = np.array([1.0, settings.brightness]) * max(survey.mean, 1 / 255)
        before, after = linear.decoded(np.minimum(level, 1.0))
        own = light_map.stops_for(survey, max(float(after / before), 1.0), scene.bend)
    elif settings.target_mean is not None:
        gain = light_map.gain_for(survey, settings.target_mean, bend=scene.bend)
        own = light_map.stops_for(survey, gain, scene.bend)
    if settings.look == "night":
        own = np.asarray(NIGHT_STOPS * np.tanh(own / NIGHT_STOPS), np.float32)
    return own


def _local_contrast(survey: Survey, stops: FloatImage, settings: Settings) -> FloatImage:
    """Return what CLAHE on the lightness of the map adds to it, in stops; nothing where the map is empty.

    Its mean over the photo is 0, it never takes a cell below the photo, and it counts as far as the photo is lifted.
    """
    if not np.any(stops) or settings.clip_limit <= 1:
        return np.zeros_like(stops)
    rows, cols = stops.shape
    lit = np.clip(survey.intensity * light_map.factor_of(stops), 0, 1)
    lightness = arrays.enlarged(np.rint(np.cbrt(lit) * 255).astype(np.uint8), rows * _ENLARGED, cols * _ENLARGED)
    equalized = tone.equalize_lightness(lightness, settings.clip_limit, settings.tile_grid)
    change = 3 * (np.log2(equalized + np.float32(8)) - np.log2(lightness + np.float32(8)))
    change = cv2.resize(np.asarray(change, np.float32), (cols, rows), interpolation=cv2.INTER_AREA)
    change = cv2.GaussianBlur(change - np.average(change, weights=survey.signal + np.float32(1e-3)), (0, 0), 1.5)
    share = CONTRAST_SHARE * settings.clip_limit * np.minimum(stops, 1) * survey.signal
    return np.asarray(np.maximum(change * share, -stops), np.float32)


def relit(picture: FloatImage, stops: FloatImage) -> FloatImage:
    """Return light changed by stops, the same factor for the three channels; white stays below white.

    Less light is the plain factor. More light is the factor in shadows and midtones and gives way towards `CEILING`:
    ``g m / (1 + (g^3 - 1) (m / c)^3)^(1/3)`` of the strongest channel m. 0 stops change nothing.

    Args:
        picture: height x width x 3, float32, linear in [0, 1].
        stops: height x width, float32.
    """
    high = np.minimum(linear.strongest(picture) * np.float32(1 / CEILING), 1)
    rolled = 1 + (light_map.factor_of(np.maximum(stops, 0) * np.float32(ROLL)) - 1) * (high * high * high)
    factor = light_map.factor_of(stops) * cv2.exp(cv2.log(rolled) * np.float32(-1 / ROLL))
    return linear.scaled(picture, np.asarray(factor, np.float32))


def with_grain(clean: FloatImage, lit: FloatImage, settings: Settings) -> FloatImage:
    """Return the clean picture with what people want back of the brightened one: fine structure, or all of its grain.

    Args:
        clean: height x width x 3, float32, linear in [0, 1].
        lit: likewise: the brightened photo in the same light.
        settings: ``detail`` counts, by a factor of luminance, so that no colour noise comes back; and ``denoise``, by
            a mixture of sRGB values: at 0 the brightened photo comes back as it is.
    """
    made = clean
    if settings.detail:
        ratio = (linear.luminance(lit) + DETAIL_FLOOR) / (linear.luminance(clean) + DETAIL_FLOOR)
        factor = np.clip(ratio, *DETAIL_RANGE) ** np.float32(settings.detail)
        made = light_map.shouldered(linear.scaled(clean, np.asarray(factor, np.float32)), np.maximum(clean, lit))
    if settings.denoise < 1:
        before = linear.to_srgb(lit)
        made = linear.from_srgb(before + np.float32(settings.denoise) * (linear.to_srgb(made) - before))
    return made


def no_lighter(picture: FloatImage, lit: FloatImage) -> FloatImage:
    """Return a picture that is nowhere lighter than the brightened photo around, but for a tenth.

    Args:
        picture: height x width x 3, float32, linear in [0, 1].
        lit: likewise: the brightened photo.
    """
    most = cv2.blur(intensity(lit), (NIGHT_AROUND, NIGHT_AROUND)) * np.float32(NIGHT_ROOM) + FLOOR
    return linear.scaled(picture, np.asarray(np.minimum(most / (intensity(picture) + FLOOR), 1), np.float32))


def coloured(picture: FloatImage, settings: Settings) -> FloatImage:
    """Return light in warmer or cooler, stronger or paler colours of the same luminance; no channel clips that did not.

    Args:
        picture: height x width x 3, float32, linear in [0, 1].
        settings: ``warmth`` and ``colour`` count.
    """
    if not settings.warmth and not settings.colour:
        return picture
    before = linear.luminance(picture)
    made = picture
    if settings.warmth:
        side = 2.0 ** (WARM_STOPS * settings.warmth)
        made = np.asarray(made * np.array([side, 1, 1 / side], np.float32), np.float32)
        made = linear.scaled(made, np.asarray(before / np.maximum(linear.luminance(made), LEAST_LUMINANCE), np.float32))
    if settings.colour:
        grey = before[..., np.newaxis]
        factor = 1 + settings.colour * (COLOUR_GAIN if settings.colour > 0 else 1)
        made = np.asarray(np.maximum(grey + (made - grey) * np.float32(factor), 0), np.float32)
    return light_map.shouldered(np.asarray(made, np.float32), picture)


def hold(survey: Survey, scene: Scene, clean: Survey) -> FloatImage:
    """Return by how many stops the clean picture is to be changed so that its light is the map's: rows x cols.

    Whatever a network does to tone at low frequency is undone here, so that tone lives in the map alone.

    Args:
        survey: of the photo.
        scene: of the photo.
        clean: of the clean picture.
    """
    wanted = stops_of(intensity(light_map.brightened(survey.light, scene.stops)))
    return np.asarray(np.clip(wanted - clean.logarithm, -MOST_HELD, MOST_HELD), np.float32)
