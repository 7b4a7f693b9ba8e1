"""What the exposure network learns from: thumbnails of dark photos, and how bright their bright photos are."""

from collections.abc import Generator

import keras
import numpy as np

from lowlight.metrics import PEAK
from lowlight.tone import FloatImage, Uint8Image, mean_luma, to_uint8
from training.data import Pair
from training.examples import MIRRORED, Examples, JudgedExamples, turned
from training.experiments import Experiment
from training.inputs import WORKERS, ahead
from training.variations import CAMERA_EXPONENT, COLOUR_SPREAD

NOISE_SPREAD = 0.03
"""The largest standard deviation of the noise put on a thumbnail, as a share of its mean."""

UNEVEN, REMAINS = 1.15, 10**-2.85
"""Mean square over squared mean of a bright photo (over LOL's 340 training pairs 1.14 in the middle, 1.17 in the mean),
and the mean squared error that the guided U-Net leaves where it is told the true exposure: 28.5 dB, between what it has
on the validation scenes, 28.1, and on the held-out ones, 29.2 (`python -m training exposure`)."""

Batch = tuple[FloatImage, FloatImage]


class ExposurePatches:
    """Batches of thumbnails, upright or mirrored, in light of another colour: who stands on his head is not recognised.

    A batch depends on the seed and its step alone.

    Args:
        pairs: photos to learn from.
        experiment: seed and batch size.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment) -> None:
        self.experiment, self.photos = experiment, Examples(pairs)

    def batch(self, step: int) -> Batch:
        """Return thumbnails, and the natural logarithm of the mean luma wanted: batch x 1."""
        random = np.random.default_rng((self.experiment.seed, step))
        drawn = [self._one(random) for _ in range(self.experiment.batch_size)]
        return np.stack([seen for seen, _ in drawn]), np.array([[answer] for _, answer in drawn], np.float32)

    def stream(self, first: int, last: int, workers: int = WORKERS, share: slice = slice(None)) -> Generator[Batch]:
        """Yield the batches of the steps from ``first`` up to ``last``, made ahead; see `inputs.ahead`."""
        return ahead(self.batch, first, last, workers, share)

    def _one(self, random: np.random.Generator) -> tuple[FloatImage, float]:
        example = self.photos.get(int(random.integers(len(self.photos))))
        seen = turned(example.low_thumbnail, MIRRORED * int(random.integers(2)))
        colour = np.exp(random.uniform(-COLOUR_SPREAD, COLOUR_SPREAD, 3) * CAMERA_EXPONENT)
        noise = random.normal(0, random.uniform(0, NOISE_SPREAD), seen.shape) * seen.mean()
        return np.maximum(seen * colour + noise, 0).astype(np.float32), _wanted(example.high_thumbnail)


class Exposed(JudgedExamples):
    """Judges an exposure network: what its answer leaves of PSNR."""

    def score(self, index: int) -> float:
        """Return the PSNR in dB that a photo can be expected to have with this exposure."""
        return psnr_of_exposure(_wanted(self._photos.get(index).high_thumbnail), self.answer(index))

    def answer(self, index: int) -> float:
        """Return the natural logarithm of the mean luma that the network wants."""
        seen = self._photos.get(index).low_thumbnail[np.newaxis]
        return float(keras.ops.convert_to_numpy(self._model(seen, training=False)).mean())

    def pictures(self, index: int) -> list[Uint8Image]:
        """Return a photo's thumbnail, the bright photo's at the mean that the network wants, and as it is."""
        example = self._photos.get(index)
        high = example.high_thumbnail
        scaled = high * np.float32(np.exp(self.answer(index) - _wanted(high)))
        return [to_uint8(picture) for picture in (example.low_thumbnail, scaled, high)]


def psnr_of_exposure(wanted: float, answer: float) -> float:
    """Return the PSNR in dB that a photo can be expected to have.

    A picture whose mean is off by d is off by d^2 `UNEVEN` in the mean square, beside what `REMAINS`.

    Args:
        wanted: the natural logarithm of the mean luma that it should have.
        answer: of the one that it is given.
    """
    off = np.exp(answer) - np.exp(wanted)
    return float(-10 * np.log10(UNEVEN * off**2 + REMAINS))


def _wanted(bright: FloatImage) -> float:
    return float(np.log(mean_luma(bright) * PEAK))
