"""What is done to the photos of a pair before the network sees them, drawn anew each time, by albumentations.

An experiment names its `Choice`: "published" is the published method's; "varied" adds what people can set, and turns
and mirrors. What is drawn depends on the generator handed in alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import albumentations
import numpy as np

from lowlight.arrays import FloatImage
from lowlight.errors import LowlightError
from lowlight.pipeline import Settings

NOISE_VARIANCE = (10.0, 50.0)
"""Published range of the Gaussian noise's variance, on the 0-255 scale."""

CONTRAST = 0.2
"""Published range of the contrast change: each photo times a factor from 0.8 to 1.2."""

PLAIN_SHARE = 1 / 3
"""Two augmented copies a photo stand beside the photo itself: a third of the draws is plain."""

CLIP_LIMIT = (1.0, 4.0)
"""Clip limits of CLAHE under "varied", drawn evenly in their logarithm: half to twice the published 2."""

TILE_GRID = (4, 12)
"""Tiles of CLAHE along each side under "varied"; published are 8."""

AUTOMATIC_SHARE = 0.5
"""How often "varied" leaves the brightness to the photo, as the page does until somebody moves the slider."""

TARGET_MEAN = (0.35, 0.55)
"""Otherwise: the mean luma that the brightness factor is chosen for. Automatic brightness aims at 0.45."""

Patches = tuple[FloatImage, FloatImage]
Augment = Callable[[FloatImage, FloatImage, np.random.Generator], Patches]


class Augmentation:
    """Contrast on both photos of a pair, noise on the dark one, drawn anew for each patch."""

    def __init__(self) -> None:
        low, high = (float(np.sqrt(variance)) / 255 for variance in NOISE_VARIANCE)
        self._contrast = albumentations.Compose(
            [albumentations.RandomBrightnessContrast(brightness_limit=0, contrast_limit=CONTRAST, p=1)],
            additional_targets={"target": "image"},
        )
        self._noise = albumentations.Compose(
            [albumentations.GaussNoise(std_range=(low, high), mean_range=(0, 0), per_channel=True, p=1)]
        )

    def __call__(self, low: FloatImage, high: FloatImage, random: np.random.Generator) -> Patches:
        """Return the pair, augmented or (one time in three) as it is.

        Args:
            low: the network's input, height x width x 3, float32 in [0, 1].
            high: what it should become, likewise.
            random: decides everything.
        """
        if random.random() < PLAIN_SHARE:
            return low, high
        for transform in (self._contrast, self._noise):
            transform.set_random_seed(int(random.integers(2**31)))
        both = self._contrast(image=low, target=high)
        return self._noise(image=both["image"])["image"], both["target"]


class Varied(Augmentation):
    """Both patches turned or mirrored alike, each of the eight ways as often, then the published augmentation."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = albumentations.Compose([albumentations.D4(p=1)], additional_targets={"target": "image"})

    def __call__(self, low: FloatImage, high: FloatImage, random: np.random.Generator) -> Patches:
        """Return the pair augmented.

        Args:
            low: the network's input, square, side x side x 3, float32 in [0, 1].
            high: what it should become, likewise.
            random: decides everything.
        """
        self._turn.set_random_seed(int(random.integers(2**31)))
        both = self._turn(image=low, target=high)
        return super().__call__(both["image"], both["target"], random)


def automatic_settings(random: np.random.Generator) -> Settings:  # noqa: ARG001 -- as every choice's settings
    """Return the page's settings as they are until somebody moves a slider; nothing is drawn."""
    return Settings()


def random_settings(random: np.random.Generator) -> Settings:
    """Draw settings for a whole photo, so that people's sliders stay inside what the network has seen.

    Clip limit and tile grid are always drawn. The brightness factor is drawn as the mean luma it leads to, since the
    same factor is little for one photo and far too much for another.
    """
    clip_limit = float(np.exp(random.uniform(*np.log(CLIP_LIMIT))))
    tile_grid = int(random.integers(TILE_GRID[0], TILE_GRID[1] + 1))
    mean = None if random.random() < AUTOMATIC_SHARE else float(random.uniform(*TARGET_MEAN))
    return Settings(clip_limit=clip_limit, tile_grid=tile_grid, target_mean=mean)


@dataclass(frozen=True)
class Choice:
    """An augmentation that an experiment can name.

    Attributes:
        settings: draws the settings with which a whole photo goes through the page's stages.
        patches: makes the callable that augments one pair of patches.
        redraws: whether a photo's settings differ from one time to the next, so that it is worth preparing anew.
    """

    settings: Callable[[np.random.Generator], Settings]
    patches: Callable[[], Augment]
    redraws: bool


CHOICES = {
    "published": Choice(automatic_settings, Augmentation, redraws=False),
    "varied": Choice(random_settings, Varied, redraws=True),
}


def choice(name: str) -> Choice:
    """Return the augmentation of a name.

    Raises:
        LowlightError: there is none.
    """
    if name not in CHOICES:
        raise LowlightError(f"There is no augmentation {name!r}. Choose one of {', '.join(CHOICES)}.")
    return CHOICES[name]


def augmentation(name: str) -> Augment:
    """Return a new callable ``(low, high, random) -> (low, high)`` for patches; threads need one each.

    Patches are height x width x 3, float32 in [0, 1]; "varied" takes square ones.

    Raises:
        LowlightError: no augmentation has this name.
    """
    return choice(name).patches()


def settings_for(name: str, random: np.random.Generator) -> Settings:
    """Return the settings with which a whole photo goes through the page's stages; "published" draws nothing.

    Raises:
        LowlightError: no augmentation has this name.
    """
    return choice(name).settings(random)
