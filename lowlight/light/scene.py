"""What kind of photo this is, and how much light it asks for: rules on what its survey shows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

from lowlight.arrays import FloatImage
from lowlight.light import light_map
from lowlight.light.survey import FLOOR, Survey, ramp

MOST_WANTED = 0.48
"""The mean luma that a photo is brought to at most. LOL's bright photos have 0.46 (geometric mean), the well-exposed
frames of exposure brackets 0.42 to 0.44, whatever they show."""

LESS_IF_CLOSED = 0.2
"""By which share a photo with a closed black (`Survey.closed`) is wanted darker: its maker left it at that."""

LEAST, LEAST_FOLLOWS = 0.4, 0.35
"""The least mean luma that a photo of mean m is wanted at is ``LEAST * (m / LEAST) ** LEAST_FOLLOWS``, both taken where
it holds something. So a photo that is dark for a reason is lifted a little, and a face that nobody can see a good deal.
Dark frames of pairs are wanted lighter than that anyway: references lose nothing by it."""

BLACK_LEVEL = 2.0
"""A photo whose brightest cells lie below this, in levels of 255, holds nothing to bring back."""

FINE_MEAN = (0.22, 0.285)
"""Mean luma from which on a photo gets less than it asks for, and from which on nothing, as it is fine. Of Kodak's 24
well-lit photos the darkest has 0.28."""

SHADOWY, SHADOWY_MEAN = (0.2, 0.35), (0.28, 0.34)
"""Where so much of a photo lies in shadow, it gets what it asks for up to a higher mean. Of Kodak's photos one has
0.24 and the others at most 0.16; of 132 well-exposed ones of many cameras the ninth tenth has 0.24, and six of them
are changed."""

REACHING, FINISHED_BEND = (50.0, 150.0), 0.5
"""The level, of 255, that a tenth of a photo passes: from the first on, and above the second wholly, midtones of a
photo that is finished keep less of the gain, so that what is lit already, a face under a flash, a red flower, a lamp,
keeps its shape: shadows alone are lifted."""

VEIL = 0.6
"""Where a photo reaches far up (`REACHING`), how much of what its darkest fiftieth has is left out of what is raised:
raised like the rest, its black would be a grey veil. At 0.6 brackets gain 0.1 dB (GT-mean), LOL and night scenes lose
0.06 and 0.08."""

MOST_VEIL = 0.5
"""The most that is left out of anything, one stop: a shadow with a face in it stays one that is raised."""

EVEN = (1.5, 4.0)
"""Stops between a photo's middle and its brightest fiftieth: below the first it is lit evenly, as a dim room is; above
the second it is a night with lamps."""

BACKLIT_DARK, BACKLIT_BRIGHT = 0.03, 0.35
"""Linear light of the surroundings below which a place is in shadow, and above which it is bright."""

BACKLIT_SHARES, BACKLIT_BOTH = (0.2, 0.2), (0.65, 0.85)
"""A photo is backlit where at least these shares of it are in shadow and bright, and hardly anything lies between: both
together have at least the second of the other two. Of 132 well-exposed photos three count as such, and
none of Kodak's."""

BACKLIT_STOPS = 1.6
"""What the shadows of a backlit photo are lifted by, at most."""

LEAST_STOPS = 0.15
"""Gains below this are none: who cannot see a difference is not told of one."""


class Kind(StrEnum):
    """What kind of photo it is."""

    FINE = "fine"
    BLACK = "black"
    DIM = "dim"
    NIGHT = "night"
    BACKLIT = "backlit"


@dataclass(frozen=True)
class Scene:
    """A photo's kind, and its light map as the photo itself asks for it.

    Attributes:
        kind: what it is.
        gain: by what factor its darkest parts are lifted in linear light, at least 1.
        bend: how late that gain gives way to what is bright already (`light_map.curve`).
        stops: rows x cols, float32, never negative: the light map.
    """

    kind: Kind
    gain: float
    bend: float
    stops: FloatImage

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """Judge a photo by its survey."""
        bend = light_map.BEND + (FINISHED_BEND - light_map.BEND) * (1 - survey.underexposed) * _reaching(survey)
        kind, gain = _judged(survey, bend)
        if gain < 2**LEAST_STOPS:
            kind, gain = (kind if kind is Kind.BLACK else Kind.FINE), 1.0
        stops = light_map.stops_for(survey, gain, bend)
        if kind is Kind.BACKLIT:
            stops = stops * (1 - ramp(survey.base, 2 * BACKLIT_DARK, BACKLIT_BRIGHT))
        else:
            stops = _unveiled(survey, stops)
        return cls(kind, gain, bend, np.asarray(stops, np.float32))

    @property
    def untouched(self) -> bool:
        """Whether the photo asks for nothing."""
        return self.gain == 1


def _judged(survey: Survey, bend: float) -> tuple[Kind, float]:
    if float(np.percentile(survey.level, 99.5)) < BLACK_LEVEL:
        return Kind.BLACK, 1.0
    shadows = _ramp(_in_shadow(survey), *SHADOWY) * (1 - _ramp(survey.mean, *SHADOWY_MEAN))
    need = max(1 - _ramp(survey.mean, *FINE_MEAN), shadows)
    weights = survey.signal + np.float32(1e-3)
    present = float(np.average(survey.luma, weights=weights))
    least = LEAST * (present / LEAST) ** LEAST_FOLLOWS
    wanted = min(max(survey.wanted * (1 - LESS_IF_CLOSED * survey.closed), least), MOST_WANTED)
    stops = need * np.log2(light_map.gain_for(survey, wanted, weights, bend)) if need else 0.0
    backlit = _backlit(survey)
    if backlit * BACKLIT_STOPS > stops:
        return Kind.BACKLIT, float(2 ** (backlit * BACKLIT_STOPS))
    return (Kind.NIGHT if _uneven(survey) > 0.5 else Kind.DIM), float(2**stops)


def _unveiled(survey: Survey, stops: FloatImage) -> FloatImage:
    """Return the map with less for the darkest, as if their light were taken away before; never below 0 (`VEIL`)."""
    veil = VEIL * _reaching(survey) * float(np.percentile(survey.base, 2))
    left = np.log2(np.maximum(1 - np.float32(veil) / survey.base, np.float32(1 - MOST_VEIL)))
    return np.asarray(np.maximum(stops + left, 0), np.float32)


def _reaching(survey: Survey) -> float:
    """Return how far up a photo reaches, in [0, 1] (`REACHING`).

    Counted is the level that a tenth of it passes, or half of that which a hundredth of it passes, if this is more.
    """
    tenth, hundredth = np.percentile(survey.level, (90, 99))
    return _ramp(float(np.log2(max(tenth, hundredth / 2) + 1)), *np.log2(REACHING))


def _uneven(survey: Survey) -> float:
    middle, bright = np.log2(np.percentile(survey.base, (50, 98)) + FLOOR)
    return _ramp(float(bright - middle), *EVEN)


def _in_shadow(survey: Survey) -> float:
    """Return the share of a photo that lies in shadow and holds something."""
    return float(np.mean((survey.base < BACKLIT_DARK) * survey.signal))


def _backlit(survey: Survey) -> float:
    """Return how much a photo is backlit, in [0, 1]: bright in one part, and in shadow, with signal, in another."""
    dark = _in_shadow(survey)
    bright = float(np.mean(survey.base > BACKLIT_BRIGHT))
    each = [
        _ramp(found, 0.85 * least, 1.4 * least) for found, least in zip((dark, bright), BACKLIT_SHARES, strict=True)
    ]
    return min(each) * _ramp(dark + bright, *BACKLIT_BOTH)


def _ramp(value: float, low: float, high: float) -> float:
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3 - 2 * share)
