"""Training on several devices and machines: Keras's own data parallelism, which its JAX back end brings.

Every process runs the same command with KERAS_BACKEND=jax and three variables that Keras reads:

    KERAS_DISTRIBUTION_JOB_ADDRESSES=10.0.0.1:1234   the first process's machine and a free port on it
    KERAS_DISTRIBUTION_NUM_PROCESSES=2
    KERAS_DISTRIBUTION_PROCESS_ID=0                  0 for the first process, 1 for the next, ...

Data and run folder must be the same for all of them; the first process writes. Each takes its share of every batch,
gradients are averaged over all, so the weights stay equal everywhere and equal to those of one process, to rounding.
Without these variables one process uses all devices that it finds.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np

from lowlight.errors import LowlightError

PROCESSES_VARIABLE = "KERAS_DISTRIBUTION_NUM_PROCESSES"


@dataclass(frozen=True)
class Place:
    """Which of how many processes this is."""

    process: int = 0
    processes: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files and talks."""
        return self.process == 0

    def share(self, batch_size: int) -> slice:
        """Return which patches of each batch this process takes."""
        size = batch_size // self.processes
        return slice(self.process * size, (self.process + 1) * size)


@contextmanager
def everywhere(batch_size: int) -> Iterator[Place]:
    """Join the other processes if there are any; models built inside train on all devices.

    Raises:
        LowlightError: the back end cannot, or the batch cannot be divided evenly.
    """
    several = PROCESSES_VARIABLE in os.environ
    if keras.config.backend() != "jax":
        if several:
            raise LowlightError(
                f"Several processes train with KERAS_BACKEND=jax; {PROCESSES_VARIABLE} is set and the back end is "
                f"{keras.config.backend()}."
            )
        yield Place()
        return
    place = _join() if several else Place()
    devices = len(keras.distribution.list_devices())
    if devices == 1:
        yield place
        return
    if batch_size % devices:
        raise LowlightError(
            f"A batch of {batch_size} patches cannot be shared evenly by {devices} devices. Change batch_size."
        )
    with keras.distribution.DataParallel().scope():
        yield place


def agreed(value: float, place: Place) -> float:
    """Return the first process's value in all processes, so that all of them decide alike."""
    if place.processes == 1:
        return value
    from jax.experimental import multihost_utils

    return float(multihost_utils.broadcast_one_to_all(np.float32(value)))


def _join() -> Place:
    import jax

    if not jax.distributed.is_initialized():
        keras.distribution.initialize()
    return Place(jax.process_index(), jax.process_count())
