"""The page's sliders: which there are, how far they go, and what their values are for the settings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from lowlight.files.results import RESULT_FORMATS
from lowlight.messages import Message
from lowlight.settings import LOOKS, Settings
from lowlight.web.i18n import texts
from lowlight.web.jobs.job import KEEPS, PLACE


@dataclass(frozen=True)
class Slider:
    """A control as people see it.

    Attributes:
        name: which of `Settings` it sets.
        low: where it begins.
        high: where it ends.
        step: from one value to the next.
        full: what it shows where the setting is 1: 100 where people read percent.
    """

    name: str
    low: float
    high: float
    step: float
    full: int = 1

    @property
    def label(self) -> Message:
        """What it is called, for people."""
        return texts.SLIDERS[self.name][0]

    @property
    def help(self) -> Message:
        """What it does, for people."""
        return texts.SLIDERS[self.name][1]

    @property
    def default(self) -> float:
        """What it stands at first."""
        return float(getattr(Settings(), self.name)) * self.full

    @property
    def percent(self) -> bool:
        """Whether it is a share of something."""
        return self.low == 0 and self.full == 100

    def setting(self, value: object) -> object:
        """Return what a value is for the settings; what is no number is left to be refused there."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return whole(value / self.full) if number else value  # type: ignore[operator]

    def shown(self, setting: float) -> float:
        """Return where the slider stands for a value of the settings: `setting` the other way round."""
        return round(setting * self.full, 4)


FIRST = (Slider("strength", 0, 100, 5, 100), Slider("exposure", -2, 2, 0.1))
"""Those that are in sight at once."""

MORE = (
    Slider("shadows", -100, 100, 5, 100),
    Slider("highlights", -100, 100, 5, 100),
    Slider("warmth", -100, 100, 5, 100),
    Slider("colour", -100, 100, 5, 100),
    Slider("detail", 0, 100, 5, 100),
    Slider("denoise", 0, 100, 5, 100),
)
"""Those for people who want more."""

METHOD = (Slider("clip_limit", 1, 8, 0.5), Slider("tile_grid", 2, 16, 1))
"""Those for people who know what CLAHE is."""

SLIDERS = (*FIRST, *MORE, *METHOD)
"""All of them, in their order on the page."""

NAMED: dict[str, object] = {
    "look": LOOKS[0],
    **{one.name: one.default for one in SLIDERS},
    "format": "same",
    "keep": [],
}
"""Every control by its name in a link, with what it stands at first: the look, the sliders, the file's format and what
it keeps of the photo."""


def as_link(values: Sequence[object]) -> str:
    """Return the controls that stand elsewhere than at first as text for an address: ``look=night&shadows=20``.

    That a result says where its photo was taken is not among them: nobody is to tell that because of a link.

    Args:
        values: what each of `NAMED` stands at, in their order.
    """
    named = {name: _shareable(value) for name, value in zip(NAMED, values, strict=True)}
    moved = {name: value for name, value in named.items() if value != NAMED[name]}
    return urlencode({name: ",".join(one) if isinstance(one, list) else whole(one) for name, one in moved.items()})


def from_link(text: str) -> list[object]:
    """Return what each of `NAMED` stands at by such a text.

    What is missing or no value of its control stands as at first; numbers beyond a slider's ends stand at its end.
    """
    given = dict(parse_qsl(text[:1000]))
    look = given.get("look") if given.get("look") in LOOKS else LOOKS[0]
    file_format = given.get("format") if given.get("format") in RESULT_FORMATS else NAMED["format"]
    asked = given.get("keep", "").split(",")
    keep = _shareable([one for one in KEEPS if one in asked])
    return [look, *(_read(one, given.get(one.name)) for one in SLIDERS), file_format, keep]


def _shareable(value: object) -> object:
    """Return a control's value without what is each visitor's own to say."""
    return [one for one in value if one != PLACE] if isinstance(value, list) else value


def _read(slider: Slider, text: str | None) -> object:
    try:
        value = float(text or "")
    except ValueError:
        return slider.default
    return whole(min(max(value, slider.low), slider.high)) if math.isfinite(value) else slider.default


def whole(value: object) -> object:
    """Return a whole number as such where it comes as 8.0, and whatever else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
