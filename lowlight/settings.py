"""What a person can choose: the controls, and the looks, which are where the controls stand."""

import math
from dataclasses import dataclass, fields
from typing import Self

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.messages import Message

LOOKS = ("natural", "bright", "night")
"""How light the whole is to be: as the photo asks for; up to 0.7 stops lighter; or a night that stays night."""

_NAMES = {
    "strength": Message("Strength"),
    "exposure": Message("Brightness in stops"),
    "shadows": Message("Shadows"),
    "highlights": Message("Highlights"),
    "warmth": Message("Warmth"),
    "colour": Message("Colour"),
    "detail": Message("Detail"),
    "denoise": Message("Denoise strength"),
    "clip_limit": Message("Clip limit"),
    "tile_grid": Message("Tile grid"),
}


@dataclass(frozen=True)
class Settings:
    """What a person can choose. Checked when made; `limits.RANGES` has the ranges.

    Attributes:
        exposure: how much brighter than the photo asks for, in stops: +1 is as if it had been exposed twice as long.
        clip_limit: CLAHE's clip limit on the light map; more gives more local contrast, 1 none.
        tile_grid: CLAHE's tiles along each side.
        denoise: 0 is the brightened photo with its grain, 1 the network's picture; in between, a mixture of both.
        brightness: a fixed factor for sRGB values, as published, in place of what the photo asks for.
        target_mean: the mean luma wanted of the brightened photo, in place of a factor.
        strength: 0 is the photo as it came, exactly; 1 the whole result; in between, a mixture of both.
        shadows: above 0 lifts dark areas, below 0 deepens them; 1 is a stop and a half.
        highlights: below 0 brings bright areas down, above 0 lifts them; 1 is a stop.
        warmth: above 0 moves colours to orange, below 0 to blue.
        colour: above 0 makes colours stronger, below 0 paler; -1 is grey.
        detail: how much of the brightened photo's fine structure comes back, with its grain, in [0, 1].
        look: one of `LOOKS`.

    Raises:
        LowlightError: a value is no number or out of range, there is no such look, or both brightness and target_mean
            are given.
    """

    exposure: float = 0.0
    clip_limit: float = 2.0
    tile_grid: int = 8
    denoise: float = 1.0
    brightness: float | None = None
    target_mean: float | None = None
    strength: float = 1.0
    shadows: float = 0.0
    highlights: float = 0.0
    warmth: float = 0.0
    colour: float = 0.0
    detail: float = 0.0
    look: str = "natural"

    def __post_init__(self) -> None:
        for name, title in _NAMES.items():
            _check(title, getattr(self, name), limits.RANGES[name])
        if not isinstance(self.tile_grid, int):
            raise LowlightError("Tile grid must be a whole number; it was {value}.", value=self.tile_grid)
        if self.brightness is not None:
            _check(Message("Brightness"), self.brightness, limits.BRIGHTNESS_RANGE)
        if self.target_mean is not None:
            _check(Message("Wanted mean brightness"), self.target_mean, limits.TARGET_MEAN_RANGE)
        if self.brightness is not None and self.target_mean is not None:
            raise LowlightError("Give either a brightness factor or a wanted mean brightness, not both.")
        if self.look not in LOOKS:
            raise LowlightError(
                "Look must be one of {looks}; it was {value}.", looks=", ".join(LOOKS), value=repr(self.look)[:40]
            )

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
    def untouched(self) -> bool:
        """Whether everything stands where it stands at first."""
        return all(getattr(self, field.name) == field.default for field in fields(self))

    @property
    def grain(self) -> bool:
        """Whether any of the brightened photo's grain is to come back."""
        return self.denoise < 1 or self.detail > 0

    @property
    def by_hand(self) -> bool:
        """Whether somebody asked for other light than the photo does."""
        asked = self.exposure or self.shadows or self.highlights or self.look != "natural"
        return bool(asked) or not self.automatic

    @property
    def lift(self) -> float:
        """What `exposure` means for sRGB values: their factor in the shadows (a stop is 2 in light, 2^(1/2.2) here)."""
        return float(2 ** (self.exposure / 2.2))


def _check(name: Message, value: object, bounds: tuple[float, float]) -> None:
    low, high = bounds
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise LowlightError(
            "{name} must be a number from {low:g} to {high:g}; it was {value}.",
            name=name,
            low=low,
            high=high,
            value=value if number else repr(value),
        )
