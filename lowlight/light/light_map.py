"""How light each part of a photo is to be: a small map of gains, and the photo brightened by it.

The map is the recipe's one idea of tone. For each cell of a thumbnail it says by how many stops the light is raised
there. It is made of what the photo itself shows. At full size each pixel gets the gain that its own intensity asks for,
by a linear model fitted around each cell (He, Sun and Tang, "Guided image filtering", TPAMI 2013; fitted at low
resolution after He and Sun, "Fast guided filter", 2015). So an edge of the photo is an edge of the light, and there are
no halos. All three channels get one factor in linear light, so colours stay what they are; only where that is more than
white can hold do they become paler, as on film.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from lowlight.arrays import LUMA, FloatImage, Window
from lowlight.light import linear
from lowlight.light.survey import Survey, fitted, stops_of

BEND = 1.5
"""How late the gain gives way to what is bright already in an underexposed photo: 1 is Reinhard's curve, more keeps the
midtones' gain longer. With 1.5 to 2 the brightened photo comes closest to LOL's references and those of brackets."""

MOST_STOPS = 8.0
"""The largest gain: 8 bits hold no more."""

KNEE, CEILING = 0.8, 0.95
"""Light from which on the shoulder bends what is brightened, and the light it never reaches: 249 of 255, so that no
channel clips that did not."""

ALONE = 0.6
"""How much of the shoulder bends each channel alone, as film does; the rest bends all three by one factor. By one
factor orange stays orange, and faces become red and flat; each alone, orange becomes yellow and paler."""

_BISECTIONS = 10
_STRIP_PIXELS = 1 << 18


@dataclass(frozen=True)
class LightMap:
    """By how many stops the light is changed, for each cell and, by the photo's own edges, for each pixel.

    Attributes:
        survey: of the photo.
        stops: rows x cols, float32.
    """

    survey: Survey
    stops: FloatImage

    @cached_property
    def _model(self) -> tuple[FloatImage, FloatImage]:
        return fitted(self.stops, self.survey.logarithm)

    def at(self, window: Window, values: FloatImage) -> FloatImage:
        """Return the stops for a part of the photo: height x width, float32, never outside the map's own range.

        Args:
            window: where the part lies in the photo.
            values: height x width, float32: the part's linear `intensity`.
        """
        slope, offset = (self.survey.placed(one, window) for one in self._model)
        found = slope * stops_of(values) + offset
        return np.asarray(np.clip(found, self.stops.min(), self.stops.max()), np.float32)


def factor_of(stops: FloatImage) -> FloatImage:
    """Return the factor of linear light that stops mean: 2 to their power."""
    return np.asarray(cv2.exp(stops * np.float32(np.log(2))), np.float32)


def curve(base: FloatImage, gain: float, bend: float = BEND) -> FloatImage:
    """Return the light that surroundings get: ``gain`` times theirs in the dark, themselves at white.

    ``g b / (1 + (g^p - 1) b^p)^(1/p)``, with p = 1 Reinhard's curve through white; with more it bends later.

    Args:
        base: linear light in (0, 1], of any shape.
        gain: at least 1; 1 changes nothing.
        bend: above 0; the more, the longer midtones keep the gain.
    """
    return np.asarray(gain * base / (1 + (gain**bend - 1) * base**bend) ** (1 / bend), np.float32)


def stops_for(survey: Survey, gain: float, bend: float = BEND) -> FloatImage:
    """Return the map in which the dark gets ``gain``, what is bright nothing, and what bears none less."""
    lifted = curve(survey.base, gain, bend) / survey.base
    return np.asarray(np.log2(1 + (np.maximum(lifted, 1) - 1) * survey.signal), np.float32)


def gain_for(survey: Survey, mean: float, weights: FloatImage | None = None, bend: float = BEND) -> float:
    """Return the gain with which a photo's mean luma comes to ``mean``, by bisection; 1 if it is there already.

    Args:
        survey: of the photo.
        mean: the wanted mean luma (of sRGB values), in (0, 1).
        weights: rows x cols, float32: how much each cell counts; all alike if None.
        bend: of the curve.
    """

    def reached(stops: float) -> float:
        luma = cv2.transform(
            linear.to_srgb(brightened(survey.light, stops_for(survey, 2**stops, bend))), np.array([LUMA])
        )
        return float(np.average(luma, weights=weights))

    low, high = 0.0, MOST_STOPS
    if reached(low) >= mean:
        return 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) < mean else (low, middle)
    return float(2 ** ((low + high) / 2))


def brightened(light: FloatImage, stops: FloatImage) -> FloatImage:
    """Return light raised by stops, the same for all three channels, below a shoulder (`shouldered`).

    Args:
        light: height x width x 3, float32, linear in [0, 1].
        stops: height x width, float32.

    Returns:
        height x width x 3, float32, linear in [0, 1]. A channel passes `CEILING` only where it did before, and where
        stops are not negative no pixel becomes darker than it was.
    """
    return shouldered(linear.scaled(light, factor_of(stops)), light)


def shouldered(raised: FloatImage, light: FloatImage) -> FloatImage:
    """Bend what is raised above `KNEE` towards `CEILING`; what was bright stays, and no channel becomes darker.

    The strongest channel ends where the curve says. See `ALONE` for the others.

    Args:
        raised: height x width x 3, float32, linear, not negative. It is written into and returned.
        light: likewise, in [0, 1]: what it was before.
    """
    rows = max(_STRIP_PIXELS // raised.shape[1], 1)
    for top in range(0, len(raised), rows):  # what is bent is copied several times
        _bend(raised[top : top + rows], light[top : top + rows])
    return raised


def _bend(raised: FloatImage, light: FloatImage) -> None:
    highest = linear.strongest(raised)
    over = highest > KNEE
    if not over.any():
        return
    made, before, high = raised[over], light[over], highest[over]
    most = np.maximum(_bent(high), np.minimum(before.max(axis=-1), high))
    alone = np.maximum(_bent(made), np.minimum(before, made))
    made *= (most / high)[:, np.newaxis]
    raised[over] = made + np.float32(ALONE) * (alone - made)


def _bent(values: FloatImage) -> FloatImage:
    """Return values bent above `KNEE` towards `CEILING`."""
    room = np.float32(CEILING - KNEE)
    return np.where(values > KNEE, CEILING - room * np.exp((KNEE - values) / room), values)
