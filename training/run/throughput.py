"""Does the input pipeline keep the device busy? Measured: the pipeline alone, the bare training step, and both."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from training.batches.inputs import WORKERS
from training.batches.tasks import task_of
from training.data.splits import Pair
from training.experiments import Experiment
from training.run.train import compiled


@dataclass(frozen=True)
class Throughput:
    """Patches a second.

    Attributes:
        pipeline: made by the pipeline alone, photos in memory.
        step: trained on, the same batch again and again.
        together: trained on as they come from the pipeline.
        waited: the share of that time in which the training step waited for patches, in [0, 1].
    """

    pipeline: float
    step: float
    together: float
    waited: float

    def __str__(self) -> str:
        return (
            f"Input pipeline alone {self.pipeline:,.0f} patches/s; bare training step {self.step:,.0f} patches/s; "
            f"together {self.together:,.0f} patches/s, of that time {self.waited:.1%} spent waiting for patches."
        )


def throughput(experiment: Experiment, pairs: list[Pair], *, steps: int = 30, workers: int = WORKERS) -> Throughput:
    """Measure an experiment's training on this machine, without writing anything.

    Args:
        experiment: whose model, batch and augmentation.
        pairs: photos to learn from; all are read first.
        steps: how many steps each of the three measurements takes.
        workers: threads that make batches.
    """
    patches = task_of(experiment).patches(pairs, experiment)
    for index in range(len(pairs)):
        patches.photos.get(index)
    model = compiled(experiment)
    batch = patches.batch(0)
    model.train_on_batch(*batch)  # compiles it
    made, _ = _seconds(patches.stream(0, steps, workers))
    bare, _ = _seconds(iter([batch] * steps), model)
    together, waited = _seconds(patches.stream(0, steps, workers), model)
    count = steps * experiment.batch_size
    return Throughput(count / made, count / bare, count / together, waited / together)


def _seconds(batches: Iterator[Any], model: keras.Model | None = None) -> tuple[float, float]:
    """Return how long all took, and how much of it was waiting for batches."""
    waited, start = 0.0, time.perf_counter()
    asked = start
    for inputs, targets in batches:
        waited += time.perf_counter() - asked
        if model is not None:
            model.train_on_batch(inputs, targets)
        asked = time.perf_counter()
    return asked - start, waited
