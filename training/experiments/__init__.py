"""Experiments as code: one file each, whose docstring has the command, the cost and the measured result."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import keras

from lowlight.errors import LowlightError


@dataclass(frozen=True)
class Experiment:
    """What is trained, and how. Adam and the mean squared error are the published method's.

    Attributes:
        name: of the experiment's file.
        title: what the network is called, for people.
        build: makes the model.
        steps_per_epoch: training steps between two looks at the validation scenes.
        epochs: after so many the run is over.
        patch_size: side of the square patches, in pixels.
    """

    name: str
    title: str
    build: Callable[[], keras.Model]
    steps_per_epoch: int
    epochs: int
    batch_size: int
    patch_size: int
    learning_rate: float
    seed: int = 0


def load(name: str) -> Experiment:
    """Return the experiment in ``training/experiments/NAME.py``.

    Raises:
        LowlightError: there is none of this name.
    """
    try:
        experiment = import_module(f"{__name__}.{name}").EXPERIMENT
    except ModuleNotFoundError as error:
        raise LowlightError(f"There is no experiment {name!r} in training/experiments.") from error
    return experiment
