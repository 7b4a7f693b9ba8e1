"""What the network learns from: patches of photos that went through the page's own stages, made ahead by threads."""

import dataclasses
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import keras
import numpy as np

from lowlight.arrays import FloatImage, Uint8Image, to_uint8
from lowlight.errors import LowlightError
from lowlight.measure.metrics import psnr
from lowlight.published import Prepared, prepare
from lowlight.settings import Settings
from training.batches.augment import Augment, choice
from training.data.splits import Pair
from training.experiments import Experiment

MEMORY_BYTES = 2 * 1024**3
"""How much memory prepared photos may take; 460 pairs of 600x400 take a third of it."""

WORKERS = 2
"""Threads that make batches ahead of the training step."""

Batch = tuple[FloatImage, FloatImage]
"""The network's inputs and what it should make of them: each patches x height x width x 3, float32 in [0, 1]."""


class Photos:
    """Pairs after the page's own stages, read when first asked for, kept in memory as far as it goes.

    Args:
        pairs: dark and bright photos.
        memory_bytes: what does not fit is read anew each time.
        redraws: whether each use has settings of its own: then dark photos are kept as they are and prepared each time.
    """

    def __init__(self, pairs: list[Pair], memory_bytes: int = MEMORY_BYTES, *, redraws: bool = False) -> None:
        self._pairs, self._free, self._redraws = pairs, memory_bytes, redraws
        self._kept: dict[int, tuple[Prepared | Uint8Image, Uint8Image]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pairs)

    def get(self, index: int, settings: Settings | None = None) -> tuple[Prepared, Uint8Image]:
        """Return a dark photo, prepared, and the bright one it should become.

        Args:
            index: which pair.
            settings: the page's automatic ones if None; others only where each use has its own.
        """
        low, high = self._kept.get(index) or self._read(index)
        return (low if isinstance(low, Prepared) else prepare(low, settings or Settings())), high

    def kept_bytes(self) -> int:
        """Return how much memory the kept photos take."""
        return sum(_bytes(low) + high.nbytes for low, high in self._kept.values())

    def name(self, index: int) -> str:
        """Return a pair's name."""
        return self._pairs[index].name

    def _read(self, index: int) -> tuple[Prepared | Uint8Image, Uint8Image]:
        pair = dataclasses.replace(self._pairs[index])  # a pair keeps what it has read; this copy goes away
        photo = pair.low if self._redraws else prepare(pair.low, Settings()), pair.high
        size = _bytes(photo[0]) + photo[1].nbytes
        with self._lock:
            if index not in self._kept and size <= self._free:
                self._kept[index] = photo
                self._free -= size
        return photo


def _bytes(photo: Prepared | Uint8Image) -> int:
    return photo.lightness.nbytes + photo.equalized.nbytes if isinstance(photo, Prepared) else photo.nbytes


class Patches:
    """Batches of patches, cut at random.

    A batch depends on the seed and its step alone, so that a run resumed is the run it was, with any number of workers.

    Args:
        pairs: photos to cut from; they must be at least as large as a patch.
        experiment: seed, batch size, patch size and augmentation.
        memory_bytes: for `Photos`.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment, memory_bytes: int = MEMORY_BYTES) -> None:
        self.experiment, self._choice = experiment, choice(experiment.augmentation)
        self.photos = Photos(pairs, memory_bytes, redraws=self._choice.redraws)
        self._of_thread = threading.local()

    def batch(self, step: int) -> Batch:
        """Return the batch of a training step, counted from 0."""
        # the released weights come from a loop that passed over the first epoch's batches; so does this one
        random = np.random.default_rng((self.experiment.seed, self.experiment.steps_per_epoch + step))
        patches = [self._patch(random) for _ in range(self.experiment.batch_size)]
        low, high = zip(*patches, strict=True)
        return np.stack(low), np.stack(high)

    def stream(self, first: int, last: int, workers: int = WORKERS, share: slice = slice(None)) -> Generator[Batch]:
        """Yield the batches of the steps from ``first`` up to ``last``, each made ahead by one of the workers.

        Args:
            first: the first step.
            last: the step after the last.
            workers: threads; two batches a thread are kept ready.
            share: which patches of each batch are wanted.
        """
        return ahead(self.batch, first, last, workers, share)

    def _patch(self, random: np.random.Generator) -> tuple[FloatImage, FloatImage]:
        index = int(random.integers(len(self.photos)))
        prepared, high = self.photos.get(index, self._choice.settings(random))
        window = window_of(self.photos.name(index), high.shape[:2], self.experiment.patch_size, random)
        return self._augment()(prepared.brightened(window), high[window] / np.float32(255), random)

    def _augment(self) -> Augment:
        """Return this thread's own augmentation: it carries a generator with it."""
        if not hasattr(self._of_thread, "augment"):
            self._of_thread.augment = self._choice.patches()
        augment: Augment = self._of_thread.augment
        return augment


def window_of(name: str, shape: tuple[int, ...], size: int, random: np.random.Generator) -> tuple[slice, slice]:
    """Draw where a square patch is cut from a photo.

    Raises:
        LowlightError: the photo is smaller than that.
    """
    height, width = shape
    if min(height, width) < size:
        raise LowlightError(
            f"Photo {name} is {width}x{height} pixels, smaller than a patch of {size}x{size}. Leave it out, or choose "
            "a smaller patch_size."
        )
    top, left = (int(random.integers(side - size + 1)) for side in (height, width))
    return slice(top, top + size), slice(left, left + size)


def ahead(make: Callable[[int], Any], first: int, last: int, workers: int, share: slice) -> Generator[Any]:
    """Yield the batches of the steps from ``first`` up to ``last``, each made ahead by one of the workers.

    Args:
        make: returns a step's batch: arrays, or dictionaries of them.
        first: the first step.
        last: the step after the last.
        workers: threads; two batches a thread are kept ready.
        share: which patches of each batch are wanted.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="patches")
    steps = iter(range(first, last))
    ready: deque[Future[Any]] = deque(pool.submit(make, step) for step in islice(steps, 2 * workers))
    try:
        while ready:
            batch = ready.popleft().result()
            ready.extend(pool.submit(make, step) for step in islice(steps, 1))
            yield keras.tree.map_structure(lambda array: array[share], batch)
    finally:
        pool.shutdown(cancel_futures=True)


class Judged:
    """Whole photos that a model is judged by.

    Args:
        model: the network.
        photos: none of which it learns from.
    """

    def __init__(self, model: keras.Model, photos: Any) -> None:  # noqa: ANN401 -- read by the task's own means
        self._model, self._photos = model, photos

    def __len__(self) -> int:
        return len(self._photos)

    def name(self, index: int) -> str:
        """Return a photo's name."""
        return str(self._photos.name(index))


class Denoised(Judged):
    """Judges a denoiser: the mean PSNR, in dB, after the page's automatic stages."""

    def __init__(self, model: keras.Model, pairs: list[Pair]) -> None:
        super().__init__(model, Photos(pairs))

    def score(self, index: int) -> float:
        """Return a photo's PSNR in dB."""
        low, high = self._photos.get(index)
        return psnr(apply(self._model, low.brightened()), high)

    def pictures(self, index: int) -> list[Uint8Image]:
        """Return a photo brightened, through the network, and as it should be."""
        low, high = self._photos.get(index)
        brightened = low.brightened()
        return [to_uint8(brightened), apply(self._model, brightened), high]


def apply(model: keras.Model, picture: FloatImage) -> Uint8Image:
    """Run a Keras model on one picture in one go; round, clip, cast."""
    return to_uint8(keras.ops.convert_to_numpy(model(picture[np.newaxis], training=False))[0])
