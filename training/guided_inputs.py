"""What the guided U-Net learns from: parts of dark photos, each with what it is told about the whole.

The exposure is given: the mean luma of the bright photo. So the network learns to respect the brightness it is asked
for, and how bright a photo should be is learned apart (`models.exposure_net`).
"""

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np

from lowlight import guide
from lowlight.metrics import PEAK, match_mean, psnr
from lowlight.tone import FloatImage, Uint8Image, lift, mean_luma, to_uint8
from training.data import Pair
from training.experiments import Experiment
from training.inputs import WORKERS, ahead, window_of
from training.synthetic import darken, draw_capture, magnify, through_jpeg

Inputs = dict[str, FloatImage]
Batch = tuple[Inputs, Inputs]
"""The model's inputs and outputs by name, each with the batch as its first axis."""

UNTOUCHED_SHARE = 0.25
"""How often neither colours nor exposure are changed."""

EXPOSURE_SPREAD = {"varied": 0.12, "scaled": 0.2}
"""Standard deviation of the natural logarithm of the factor by which the bright photo is made brighter or darker: under
"varied" by a curve that keeps white white, as LOL's bright photos of one scene differ, under "scaled" by multiplying
and clipping. 0.2 is how far the exposure network is off on photos that it does not know."""

COLOUR_SPREAD = 0.12
"""Each channel's own factor lies within plus and minus this, in the natural logarithm: light of another colour."""

LIGHT_SPREAD = 0.7
"""The same where light is strongly coloured, as neon or a night sky: up to four times as much red as blue."""

CAMERA_EXPONENT = 1.5
"""A bright photo's value rises as the dark one's to the power of 1 / 1.5, about: where the gained dark photo goes from
0.05 to 1.45, it goes from 0.1 to 0.9 (one of LOL's training pairs, typical of them)."""

JPEG_SHARE, JPEG_QUALITY = 0.15, (75, 98)
"""How often a dark photo is compressed as JPEG, and how much: LOL's are not, people's are."""


GUESS_MEAN, TRUE_SPREAD = 0.445, 0.23
"""What a guessed exposure is drawn around, and the standard deviation of true ones in the natural logarithm. A guess
keeps a share of the true one's distance from the mean. Where it is the best that can be known, so that the truth lies
around it, guesses spread by the share's root of what true ones do: beside what is kept, by the root of share times
(1 - share). The exposure network's keep 0.5 since 0.6.0, and kept 0.19 before (validation scenes)."""

MIRRORED = 2
"""The way of turning a photo that exchanges left and right; see `turned`."""

ALIGNED_PIXELS = 0.25
"""Bright photos of one scene that lie this close over each other may stand in for each other."""


@dataclass(frozen=True)
class Example:
    """A pair with what the network is told about it: pictures uint8, thumbnails float32 in [0, 1]."""

    low: Uint8Image
    high: Uint8Image
    low_thumbnail: FloatImage
    high_thumbnail: FloatImage

    def turned(self, way: int) -> "Example":
        """Return it turned or mirrored in one of eight ways; no pixel is copied."""
        return Example(*(turned(getattr(self, field.name), way) for field in dataclasses.fields(self)))


class Examples:
    """Pairs, read when first asked for and kept in memory; 460 pairs of 600x400 take 0.7 GB."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._pairs = pairs
        self._kept: dict[int, Example] = {}
        self._aligned: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def name(self, index: int) -> str:
        """Return a pair's name."""
        return self._pairs[index].name

    def get(self, index: int) -> Example:
        """Return a pair's example."""
        if index not in self._kept:
            pair = dataclasses.replace(self._pairs[index])  # a pair keeps what it has read; this copy goes away
            self._kept[index] = Example(pair.low, pair.high, guide.thumbnail(pair.low), guide.thumbnail(pair.high))
        return self._kept[index]

    def aligned(self, index: int) -> list[int]:
        """Return the pairs of the same scene whose bright photos lie over this one's, this one among them."""
        if index not in self._aligned:
            pair = self._pairs[index]
            same = [other for other, one in enumerate(self._pairs) if one.scene == pair.scene and one.scene]
            self._aligned[index] = [other for other in same if other == index or self._lie_over(index, other)]
        return self._aligned[index] or [index]

    def _lie_over(self, index: int, other: int) -> bool:
        first, second = (_edges(self.get(one).high) for one in (index, other))
        if first.shape != second.shape or self._pairs[other].fault or self._pairs[index].fault:
            return False
        shift, _ = cv2.phaseCorrelate(first, second, cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F))
        return max(abs(shift[0]), abs(shift[1])) < ALIGNED_PIXELS


def _edges(rgb: Uint8Image) -> FloatImage:
    """Return what a photo is recognised by, however bright it is."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.5)
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)


class GuidedPatches:
    """Batches for the guided U-Net, cut and changed at random.

    A batch depends on the seed and its step alone, so that a run resumed is the run it was, with any number of workers.

    Args:
        pairs: photos to cut from; they must be at least as large as a patch.
        experiment: seed, batch size, patch size and augmentation: "plain" turns and mirrors only, "varied" and "scaled"
            also change light, exposure and compression.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment) -> None:
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
        example = self._example(index, random).turned(way)
        window = window_of(self.photos.name(index), example.high.shape[:2], self.experiment.patch_size, random)
        low = example.low[window]
        varied = self.experiment.augmentation != "plain"
        if varied and random.random() < JPEG_SHARE:
            low = through_jpeg(low, int(random.integers(*JPEG_QUALITY)))
        pictures = [low / np.float32(255), example.low_thumbnail, example.high[window] / np.float32(255)]
        pictures.append(example.high_thumbnail)
        if varied and random.random() >= UNTOUCHED_SHARE:
            pictures = _changed(pictures, self.experiment.augmentation, random)
        if self.experiment.guessed:
            true = mean_luma(example.high_thumbnail) * PEAK
            pictures = _at_a_guess(pictures, guess(true, self.experiment.guessed, random))
        return _example(*pictures, window=window, size=example.low.shape[:2])

    def _example(self, index: int, random: np.random.Generator) -> Example:
        """Return a pair; now and then with the scene's other bright photo, or a dark one made of the bright one."""
        example, crossed, synthetic = self.photos.get(index), self.experiment.crossed, self.experiment.synthetic
        if crossed and random.random() < crossed:
            other = self.photos.get(int(random.choice(self.photos.aligned(index))))
            example = dataclasses.replace(example, high=other.high, high_thumbnail=other.high_thumbnail)
        if synthetic and random.random() < synthetic:
            return _synthetic(example, self.experiment, random)
        if self.experiment.retaken and random.random() < self.experiment.retaken:
            return _retaken(example, self.experiment.mosaic, random)
        return example


def _synthetic(example: Example, experiment: Experiment, random: np.random.Generator) -> Example:
    """Return a pair whose dark photo is made of the bright one, magnified or in coloured light where that is asked."""
    capture = draw_capture(random, experiment.mosaic)
    high = magnify(example.high, random) if capture.mosaic else example.high
    if experiment.coloured and random.random() < experiment.coloured:
        light = np.exp(random.uniform(-LIGHT_SPREAD, LIGHT_SPREAD, 3)).astype(np.float32)
        high = to_uint8(lift(high / np.float32(255), light))
    low = darken(high, capture, random)
    return Example(low, high, guide.thumbnail(low), guide.thumbnail(high))


def _retaken(example: Example, mosaic: float, random: np.random.Generator) -> Example:
    """Return a pair whose dark photo is noisier, as if it had been taken again: what light makes of it stays LOL's."""
    capture = dataclasses.replace(draw_capture(random, mosaic), exposure=1.0, red=1.0, blue=1.0)
    both = np.concatenate([example.low, example.high], axis=2)
    if capture.mosaic:
        both = magnify(both, random)
    low, high = darken(both[..., :3], capture, random), np.ascontiguousarray(both[..., 3:])
    return Example(low, high, guide.thumbnail(low), guide.thumbnail(high))


class JudgedExamples:
    """Whole photos that a model is judged by.

    Args:
        model: the network.
        pairs: photos none of which it learns from.
    """

    def __init__(self, model: keras.Model, pairs: list[Pair]) -> None:
        self._model, self._photos = model, Examples(pairs)

    def __len__(self) -> int:
        return len(self._photos)

    def name(self, index: int) -> str:
        """Return a photo's name."""
        return self._photos.name(index)


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


def _changed(pictures: list[FloatImage], augmentation: str, random: np.random.Generator) -> list[FloatImage]:
    """Change the light's colour in all pictures, and the exposure of the bright ones."""
    light = np.exp(random.uniform(-COLOUR_SPREAD, COLOUR_SPREAD, 3)).astype(np.float32)
    factor = np.float32(np.exp(random.normal(0, EXPOSURE_SPREAD[augmentation])))
    low, low_thumbnail, *bright = pictures
    dim = light ** np.float32(CAMERA_EXPONENT)
    if augmentation == "scaled":
        bright = [np.minimum(lift(picture, light) * factor, 1) for picture in bright]
    else:
        bright = [lift(picture, light * factor) for picture in bright]
    return [low * dim, low_thumbnail * dim, *bright]


def guess(true: float, share: float, random: np.random.Generator) -> float:
    """Return what might be found for a photo whose exposure is known.

    Args:
        true: the bright photo's mean luma, in (0, 1).
        share: of its distance from the typical one that the guess keeps, in [0, 1].
        random: draws what is added.
    """
    spread = TRUE_SPREAD * (share * (1 - share)) ** 0.5
    return float(GUESS_MEAN * (true / GUESS_MEAN) ** share * np.exp(random.normal(0, spread)))


def _at_a_guess(pictures: list[FloatImage], guessed: float) -> list[FloatImage]:
    """Multiply the bright pictures to a guess of the exposure, and clip them.

    Args:
        pictures: part and thumbnail of the dark photo, then of the bright one.
        guessed: the mean luma that the thumbnail of the bright photo is to have.
    """
    *dark, part, thumbnail = pictures
    factor = np.float32(guessed / (mean_luma(np.ascontiguousarray(thumbnail)) * PEAK))
    return [*dark, np.minimum(part * factor, 1), np.minimum(thumbnail * factor, 1)]


def turned_back(picture: np.ndarray, way: int) -> np.ndarray:
    """Undo `turned`."""
    if way & 4:
        picture = picture.swapaxes(0, 1)
    return turned(picture, way & 3)


def turned(picture: np.ndarray, way: int) -> np.ndarray:
    """Return a picture turned or mirrored in one of eight ways; no pixel is copied."""
    if way & 1:
        picture = picture[::-1]
    if way & MIRRORED:
        picture = picture[:, ::-1]
    return picture.swapaxes(0, 1) if way & 4 else picture
