"""What the guided U-Net learns from: parts of dark photos, each with what it is told about the whole.

The exposure is given: the mean luma of the bright photo. So the network learns to respect the brightness it is asked
for, and how bright a photo should be is learned apart (`models.exposure_net`).
"""

import dataclasses
from collections.abc import Generator, Sequence

import cv2
import keras
import numpy as np

from lowlight import guide
from lowlight.errors import LowlightError
from lowlight.metrics import PEAK, match_mean, psnr
from lowlight.tone import FloatImage, Uint8Image, mean_luma, to_uint8
from training import variations
from training.data import Pair
from training.examples import Example, Examples, JudgedExamples
from training.experiments import Experiment
from training.inputs import WORKERS, ahead, window_of
from training.synthetic import through_jpeg
from training.teaching import TAUGHT

Inputs = dict[str, FloatImage]
Batch = tuple[Inputs, Inputs]
"""The model's inputs and outputs by name, each with the batch as its first axis; and for a teacher, among the outputs,
its share in each (`teaching.TAUGHT`)."""

AUGMENTATIONS = ("plain", "varied")
"""Those that an experiment for a guided network can name."""

UNTOUCHED_SHARE = 0.25
"""How often neither colours nor exposure are changed."""

JPEG_SHARE, JPEG_QUALITY = 0.15, (75, 98)
"""How often a dark photo is compressed as JPEG, and how much: LOL's are not, people's are."""


class GuidedPatches:
    """Batches for the guided U-Net, cut and changed at random.

    A batch depends on the seed and its step alone, so that a run resumed is the run it was, with any number of workers.

    Args:
        pairs: photos to cut from; they must be at least as large as a patch.
        experiment: seed, batch size, patch size and augmentation: "plain" turns and mirrors only, "varied"
            also changes light, exposure and compression.

    Raises:
        LowlightError: an augmentation of another name.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment) -> None:
        if experiment.augmentation not in AUGMENTATIONS:
            raise LowlightError(
                f"A guided network's augmentation is one of {', '.join(AUGMENTATIONS)}; it was "
                f"{experiment.augmentation!r}."
            )
        self.experiment, self.photos = experiment, Examples(pairs)

    def batch(self, step: int) -> Batch:
        """Return the batch of a training step, counted from 0."""
        random = np.random.default_rng((self.experiment.seed, step))
        transposed = 4 * int(random.integers(2))  # all of a batch or none: its thumbnails have one shape
        parts = [self._part(random, transposed + int(random.integers(4))) for _ in range(self.experiment.batch_size)]
        return stacked([inputs for inputs, _ in parts]), stacked([outputs for _, outputs in parts])

    def stream(self, first: int, last: int, workers: int = WORKERS, share: slice = slice(None)) -> Generator[Batch]:
        """Yield the batches of the steps from ``first`` up to ``last``, made ahead; see `inputs.ahead`."""
        return ahead(self.batch, first, last, workers, share)

    def _part(self, random: np.random.Generator, way: int) -> Batch:
        index = int(random.integers(len(self.photos)))
        example, synthetic = self._example(index, random)
        example = example.turned(way)
        window = window_of(self.photos.name(index), example.high.shape[:2], self.experiment.patch_size, random)
        low = example.low[window]
        varied = self.experiment.augmentation != "plain"
        if varied and random.random() < JPEG_SHARE:
            low = through_jpeg(low, int(random.integers(*JPEG_QUALITY)))
        pictures = [low / np.float32(255), example.low_thumbnail, example.high[window] / np.float32(255)]
        pictures.append(example.high_thumbnail)
        if varied and random.random() >= UNTOUCHED_SHARE:
            pictures = variations.changed(pictures, random)
        if self.experiment.guessed:
            true = mean_luma(example.high_thumbnail) * PEAK
            guessed = variations.guess(true, self.experiment.guessed, random)
            pictures = variations.at_a_guess(pictures, guessed)
        inputs, outputs = _example(*pictures, window=window, size=example.low.shape[:2])
        if self.experiment.needs_teacher:
            share = self.experiment.taught_synthetic if synthetic else self.experiment.taught
            outputs[TAUGHT] = np.array(share, np.float32)
        return inputs, outputs

    def _example(self, index: int, random: np.random.Generator) -> tuple[Example, bool]:
        """Return a pair, now and then with the scene's other bright photo; and whether its dark photo is synthetic."""
        example, crossed, synthetic = self.photos.get(index), self.experiment.crossed, self.experiment.synthetic
        if crossed and random.random() < crossed:
            other = self.photos.get(int(random.choice(self.photos.aligned(index))))
            example = dataclasses.replace(example, high=other.high, high_thumbnail=other.high_thumbnail)
        if synthetic and random.random() < synthetic:
            return variations.synthetic(example, self.experiment, random), True
        if self.experiment.retaken and random.random() < self.experiment.retaken:
            example = variations.retaken(example, self.experiment.mosaic, random)
        return example, False


class Enhanced(JudgedExamples):
    """Judges a guided U-Net: PSNR in dB, the exposure given."""

    def score(self, index: int) -> float:
        """Return a photo's PSNR in dB, scaled to its reference's mean (GT-mean)."""
        example = self._photos.get(index)
        return psnr(match_mean(enhanced(self._model, example), example.high), example.high)

    def pictures(self, index: int) -> list[Uint8Image]:
        """Return a photo as it came, through the network, and as it should be."""
        example = self._photos.get(index)
        return [example.low, enhanced(self._model, example), example.high]


def stacked(parts: Sequence[Inputs]) -> Inputs:
    """Return the parts as one batch."""
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def enhanced(model: keras.Model, example: Example) -> Uint8Image:
    """Run the model on a whole photo, with its bright photo's exposure."""
    height, width = example.low.shape[:2]
    padded = [-(-side // guide.PICTURE_STRIDE) * guide.PICTURE_STRIDE for side in (height, width)]
    low = np.pad(example.low, ((0, padded[0] - height), (0, padded[1] - width), (0, 0)), "edge")
    inputs, _ = _example(
        low / np.float32(255),
        example.low_thumbnail,
        low / np.float32(255),
        example.high_thumbnail,
        window=(slice(0, padded[0]), slice(0, padded[1])),
        size=(height, width),
    )
    made = model({name: value[np.newaxis] for name, value in inputs.items()}, training=False)["clean"]
    return to_uint8(keras.ops.convert_to_numpy(made)[0, :height, :width])


def _example(
    low: FloatImage,
    low_thumbnail: FloatImage,
    high: FloatImage,
    high_thumbnail: FloatImage,
    *,
    window: tuple[slice, slice],
    size: tuple[int, int],
) -> Batch:
    cells = low_thumbnail.shape[:2]
    vertical, horizontal = (
        guide.interpolation(span, length, count) for span, length, count in zip(window, size, cells, strict=True)
    )
    high_thumbnail = np.ascontiguousarray(high_thumbnail)
    inputs = {
        "picture": low,
        "thumbnail": low_thumbnail,
        "vertical": vertical,
        "horizontal": horizontal,
        "exposure": np.array([mean_luma(high_thumbnail) * PEAK], np.float32),
    }
    tone = cv2.resize(high_thumbnail, (cells[1] // 2, cells[0] // 2), interpolation=cv2.INTER_AREA)
    return inputs, {"clean": high, "tone": tone}
