"""The published augmentations, in albumentations 2's parameters."""

import albumentations
import numpy as np

from lowlight.tone import FloatImage

NOISE_VARIANCE = (10.0, 50.0)
"""Published range of the Gaussian noise's variance, on the 0-255 scale."""

CONTRAST = 0.2
"""Published range of the contrast change: each photo times a factor from 0.8 to 1.2."""

PLAIN_SHARE = 1 / 3
"""Two augmented copies a photo stand beside the photo itself: a third of the draws is plain."""


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

    def __call__(self, low: FloatImage, high: FloatImage, random: np.random.Generator) -> tuple[FloatImage, FloatImage]:
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
