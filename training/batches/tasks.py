"""What an experiment's network learns: what it is given, what it should make of that, and how it is judged."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

import keras

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from training.batches import inputs, light_inputs
from training.data.splits import Pair
from training.experiments import Experiment


class Patches(Protocol):
    """Batches to learn from, each a function of the seed and the step alone.

    Attributes:
        photos: the photos that they are cut from; ``get(index)`` reads one into memory.
    """

    photos: Any

    def batch(self, step: int) -> Any:  # noqa: ANN401 -- arrays, or dictionaries of them
        """Return a step's inputs and targets."""

    def stream(self, first: int, last: int, workers: int = ..., share: slice = ...) -> Generator[Any]:
        """Yield the batches of the steps from ``first`` up to ``last``, made ahead by threads."""


class Photos(Protocol):
    """Whole photos to judge a model by."""

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Return a photo's name."""

    def score(self, index: int) -> float:
        """Return the figure that chooses the weights; the more the better."""

    def pictures(self, index: int) -> list[Uint8Image]:
        """Return a photo as the model gets it, as the model makes it, and as it should be."""


@dataclass(frozen=True)
class Task:
    """What a network learns.

    Attributes:
        patches: makes the batches from pairs and an experiment.
        photos: makes what a model is judged by, from the model and pairs.
    """

    patches: Callable[[list[Pair], Experiment], Patches]
    photos: Callable[[keras.Model, list[Pair]], Photos]


TASKS = {
    "denoise": Task(inputs.Patches, inputs.Denoised),
    "restore": Task(light_inputs.LitPatches, light_inputs.Restored),
}
"""By name: "denoise" makes of the published stages' picture the bright photo, whatever its light; "restore" makes of a
brightened photo the bright one in that very light, noise gone and colours back."""


def task_of(experiment: Experiment) -> Task:
    """Return an experiment's task.

    Raises:
        LowlightError: there is none of this name.
    """
    if experiment.task not in TASKS:
        raise LowlightError(f"There is no task {experiment.task!r}. Choose one of {', '.join(TASKS)}.")
    return TASKS[experiment.task]
