"""What the light-guided U-Net learns from: parts of dark photos, brightened by a light map, and what the noise hides.

The light is drawn: by the page's own rules around the brightness of the bright photo, or from the bright photo itself.
What is to be learned is the bright photo in that very light, so the network learns to clean and to bring back colours,
and leaves tone to whoever gives it the map.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np

from lowlight.arrays import FloatImage, Uint8Image, Window, to_uint8
from lowlight.light import light_map, linear
from lowlight.light.light_map import LightMap
from lowlight.light.survey import Survey, fitted, intensity, stops_of
from lowlight.measure.metrics import psnr
from lowlight.network.context import PICTURE_STRIDE, PhotoContext, told
from training.batches import variations
from training.batches.inputs import WORKERS, ahead, window_of
from training.batches.orientations import MIRRORED, TRANSPOSED, UPSIDE_DOWN, WAYS, turned
from training.batches.synthetic import through_jpeg
from training.data.pairs import KINDS
from training.data.splits import Pair
from training.experiments import Experiment

Inputs = dict[str, FloatImage]
"""What the network is given, by name; `training.models.networks.light_unet` says what each is."""

AXES = ("vertical", "horizontal")

GAIN_SPREAD = 0.6
"""Standard deviation, in stops, of the light around that of the bright photo."""

TRUE_LIGHT_SHARE = 0.3
"""How often the light is the bright photo's own, cell by cell, instead of the rules'."""

BUMPS = 0.5
"""Standard deviation, in stops, by which the light of a photo is bent up and down from place to place."""

JPEG_SHARE, JPEG_QUALITY = 0.25, (60, 98)
"""How often a dark photo is compressed as JPEG, and how much: LOL's are not, people's are."""


@dataclass(frozen=True)
class LitExample:
    """A pair with its surveys; pictures uint8. The dark photo may be made of the bright one."""

    low: Uint8Image
    high: Uint8Image
    low_survey: Survey
    high_survey: Survey


class Photos:
    """Pairs in memory, read when first asked for, their references corrected (`Pair.read`)."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs = list(pairs)
        self._kept: dict[int, LitExample] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def name(self, index: int) -> str:
        """Return a pair's name."""
        return self._pairs[index].name

    def pair(self, index: int) -> Pair:
        """Return a pair."""
        return self._pairs[index]

    def get(self, index: int) -> LitExample:
        """Return a pair's example."""
        if index not in self._kept:
            low, high = self._pairs[index].read()
            survey = Survey.of(high)
            self._kept[index] = LitExample(low, high, survey if low is high else Survey.of(low), survey)
        return self._kept[index]


class LitPatches:
    """Batches for the light-guided U-Net, cut, lit and changed at random.

    A batch depends on the seed and its step alone, so that a run resumed is the run it was, with any number of workers.

    Args:
        pairs: photos to cut from; they must be at least as large as a patch.
        experiment: seed, batch size, patch size, and how often which kind of photo is taken.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment) -> None:
        self.experiment, self.photos = experiment, Photos(pairs)
        self._of_kind = [[at for at, pair in enumerate(pairs) if pair.kind == kind] for kind in KINDS]

    def batch(self, step: int) -> tuple[Inputs, FloatImage]:
        """Return the batch of a training step, counted from 0."""
        random = np.random.default_rng((self.experiment.seed, step))
        parts = [self._part(random) for _ in range(self.experiment.batch_size)]
        return stacked([inputs for inputs, _ in parts]), np.stack([target for _, target in parts])

    def stream(
        self, first: int, last: int, workers: int = WORKERS, share: slice = slice(None)
    ) -> Generator[tuple[Inputs, FloatImage]]:
        """Yield the batches of the steps from ``first`` up to ``last``, made ahead; see `inputs.ahead`."""
        return ahead(self.batch, first, last, workers, share)

    def _part(self, random: np.random.Generator) -> tuple[Inputs, FloatImage]:
        index = self._index(random)
        example = self.example(index, random)
        size = self.experiment.patch_size
        window = window_of(self.photos.name(index), example.high.shape[:2], size, random)
        stops = drawn_light(example, random)
        inputs, target = lit_part(example, stops, window)
        way = int(random.integers(WAYS))
        return turned_part(inputs, way), np.ascontiguousarray(turned(target, way))

    def _index(self, random: np.random.Generator) -> int:
        lol, others, clean = self._of_kind
        drawn = random.random()
        first, second = self.experiment.clean, self.experiment.clean + self.experiment.others
        wanted = clean if drawn < first else others if drawn < second else lol
        return int(random.choice(wanted or lol or others or clean))

    def example(self, index: int, random: np.random.Generator) -> LitExample:
        """Return a pair as one of many: its dark photo made anew, noisier, or compressed, as the experiment has it."""
        example, pair = self.photos.get(index), self.photos.pair(index)
        low, high = example.low, example.high
        if pair.kind == "clean" or random.random() < self.experiment.synthetic:
            low, high = variations.taken(high, self.experiment, random)
        elif random.random() < self.experiment.retaken:
            low, high = variations.taken_again(low, high, self.experiment.mosaic, random)
        if random.random() < JPEG_SHARE:
            low = through_jpeg(low, int(random.integers(*JPEG_QUALITY)))
        if low is example.low and high is example.high:
            return example
        same = high is example.high
        return LitExample(low, high, Survey.of(low), example.high_survey if same else Survey.of(high))


class Restored:
    """Judges a light-guided U-Net: PSNR in dB in the bright photo's own light, given by the rules' curve.

    Args:
        model: the network.
        pairs: photos it does not learn from.
    """

    def __init__(self, model: keras.Model, pairs: list[Pair]) -> None:
        self._model, self._photos = model, Photos(pairs)

    def __len__(self) -> int:
        return len(self._photos)

    def name(self, index: int) -> str:
        """Return a photo's name."""
        return self._photos.name(index)

    def score(self, index: int) -> float:
        """Return a photo's PSNR in dB against the bright photo in the same light."""
        made, target, _ = self._made(index)
        return psnr(made, target)

    def pictures(self, index: int) -> list[Uint8Image]:
        """Return a photo brightened, through the network, and as it should be."""
        made, target, brightened = self._made(index)
        return [brightened, made, target]

    def _made(self, index: int) -> tuple[Uint8Image, Uint8Image, Uint8Image]:
        example = self._photos.get(index)
        height, width = example.low.shape[:2]
        stops = light_map.stops_for(example.low_survey, gain_like(example))
        window = (slice(0, height), slice(0, width))
        inputs, target = lit_part(example, stops, window)
        made = self._model({name: value[np.newaxis] for name, value in padded(inputs).items()}, training=False)
        clean = to_uint8(keras.ops.convert_to_numpy(made)[0, :height, :width])
        return clean, to_uint8(target), to_uint8(inputs["picture"][..., :3])


def padded(inputs: Inputs) -> Inputs:
    """Return a whole photo's inputs with sides that are multiples of `PICTURE_STRIDE`, its edge repeated."""
    add = [-side % PICTURE_STRIDE for side in inputs["picture"].shape[:2]]
    picture = np.pad(inputs["picture"], ((0, add[0]), (0, add[1]), (0, 0)), "edge")
    axes = {name: np.pad(inputs[name], ((0, more // 2), (0, 0)), "edge") for name, more in zip(AXES, add, strict=True)}
    return {**inputs, **axes, "picture": picture}


def gain_like(example: LitExample) -> float:
    """Return the gain with which the rules' light has the bright photo's mean luma, from 1 to 2^`MOST_STOPS`."""
    return light_map.gain_for(example.low_survey, example.high_survey.mean)


def drawn_light(example: LitExample, random: np.random.Generator) -> FloatImage:
    """Draw a light map for a pair: rows x cols, in stops, never negative."""
    survey = example.low_survey
    jitter = random.normal(0, GAIN_SPREAD)
    if random.random() < TRUE_LIGHT_SHARE:
        truth = example.high_survey.logarithm - survey.logarithm
        slope, offset = fitted(truth, survey.logarithm)
        stops = slope * survey.logarithm + offset + jitter
    else:
        gain = gain_like(example) * 2**jitter
        stops = light_map.stops_for(survey, float(np.clip(gain, 1, 2**light_map.MOST_STOPS)))
    if random.random() < 0.5:
        bumps = random.normal(0, BUMPS, (3, 4)).astype(np.float32)
        stops = stops + cv2.resize(bumps, stops.shape[::-1], interpolation=cv2.INTER_CUBIC) * np.minimum(stops, 1)
    return np.clip(stops, 0, light_map.MOST_STOPS).astype(np.float32)


def lit_part(example: LitExample, stops: FloatImage, window: Window) -> tuple[Inputs, FloatImage]:
    """Return what the network is given of a part of a photo in a light, and what it is to make of it.

    Args:
        example: the pair.
        stops: the light map, rows x cols.
        window: the part.
    """
    survey = example.low_survey
    lit_map = LightMap(survey, stops)
    dark = linear.from_uint8(example.low[window])
    raised = lit_map.at(window, intensity(dark))
    lit = light_map.brightened(dark, raised)
    thumbnail_light = light_map.brightened(survey.light, stops)
    target = relit(example, thumbnail_light, window)
    whole = PhotoContext.of(linear.to_srgb(thumbnail_light), stops, example.low.shape[:2])
    vertical, horizontal = whole.interpolation(window)
    picture = told(linear.to_srgb(lit), raised)
    return {"picture": picture, "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}, target


def relit(example: LitExample, thumbnail_light: FloatImage, window: Window) -> FloatImage:
    """Return a part of the bright photo in the light of the brightened dark one: sRGB, height x width x 3, float32.

    Its luminance at low frequency is the brightened photo's; its detail and its colours are its own.
    """
    survey = example.high_survey
    ratio = stops_of(intensity(thumbnail_light)) - survey.logarithm
    bright = linear.from_uint8(example.high[window])
    stops = LightMap(survey, ratio).at(window, intensity(bright))
    return linear.to_srgb(light_map.shouldered(bright * light_map.factor_of(stops)[..., np.newaxis], bright))


def stacked(parts: Sequence[Inputs]) -> Inputs:
    """Return the parts as one batch."""
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def turned_part(inputs: Inputs, way: int) -> Inputs:
    """Return a part's inputs as they are of the photo turned or mirrored in a way (`orientations.turned`)."""
    vertical, horizontal = inputs["vertical"], inputs["horizontal"]
    if way & UPSIDE_DOWN:
        vertical = vertical[::-1, ::-1]
    if way & MIRRORED:
        horizontal = horizontal[::-1, ::-1]
    if way & TRANSPOSED:
        vertical, horizontal = horizontal, vertical
    pictures = {name: np.ascontiguousarray(turned(inputs[name], way)) for name in ("picture", "thumbnail")}
    return {**pictures, "vertical": np.ascontiguousarray(vertical), "horizontal": np.ascontiguousarray(horizontal)}
