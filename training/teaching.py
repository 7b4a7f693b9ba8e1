"""Trained networks teach another one, or themselves, what they would know if they looked at each photo in several ways.

Averaged over a photo turned and mirrored in eight ways, a network's results are better and calmer, for eight times the
time; averaged with another network's they are better again. A network that learns those means keeps a part of that, at
its own speed. And it learns them from any photo, so there is nothing to learn by heart.
"""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import keras
import numpy as np

from lowlight.errors import LowlightError
from lowlight.tone import FloatImage
from training import checkpoint
from training.examples import MIRRORED, turned, turned_back
from training.experiments import Experiment

MAIN_OUTPUT = "clean"
"""Of several outputs, the one that serves; the experiment's loss is its."""

TAUGHT = "taught"
"""Among a batch's targets: the share that the teacher's answer has in what each photo is to become, in [0, 1]."""

WAYS = 2
"""In how many of the eight ways, drawn at random, a batch is seen: over many batches their mean is all eight's."""

_DRAWS = 77  # keeps these draws apart from the batches'

Arrays = dict[str, FloatImage]


class Teacher:
    """Guided U-Nets whose mean answers are learned.

    After Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.

    Args:
        experiment: the one that is taught.
        networks: each an experiment, for how it is built, and its ``.weights.h5``, of several their mean; of any size.

    Raises:
        LowlightError: there are none, one is no guided network, or weights are another network's.
    """

    def __init__(self, experiment: Experiment, networks: Sequence[tuple[Experiment, Sequence[Path]]]) -> None:
        if not networks:
            raise LowlightError(
                f"{experiment.name} learns from networks' answers: name their runs with --teacher, or with --start to "
                "learn from what it begins with, also when it goes on."
            )
        self._seed = experiment.seed
        self._models = [_network(*one) for one in networks]

    def targets(self, inputs: Arrays, targets: Arrays, step: int) -> Arrays:
        """Return what a batch is to become: the bright photos, mixed with the teacher's mean answer to the dark ones.

        Args:
            inputs: of the guided U-Net.
            targets: its outputs, as the batch has them, and `TAUGHT`, which does not come back.
            step: of the training; it alone and the experiment's seed decide in which ways the batch is seen. Of
                several networks each sees it in a way of its own.
        """
        ways = np.random.default_rng((self._seed, _DRAWS, step)).permutation(8)
        asked = zip(cycle(self._models), cycle(ways), range(max(WAYS, len(self._models))), strict=False)
        answer = np.mean([_answer(model, inputs, int(way)) for model, way, _ in asked], axis=0)
        outputs = dict(targets)
        share, bright = outputs.pop(TAUGHT)[:, np.newaxis, np.newaxis, np.newaxis], targets[MAIN_OUTPUT]
        return {**outputs, MAIN_OUTPUT: bright + share * (np.clip(answer, 0, 1) - bright)}


def _network(experiment: Experiment, weights: Sequence[Path]) -> keras.Model:
    if experiment.task != "enhance":
        raise LowlightError(f"{experiment.name} makes no pictures from dark photos, so it cannot teach that.")
    model = experiment.build()
    checkpoint.load_weights(model, *weights)
    return model


def _answer(model: keras.Model, inputs: Arrays, way: int) -> FloatImage:
    """Return what a network makes of a batch that is turned or mirrored, turned back."""
    answer = model.predict_on_batch(turned_inputs(inputs, way))[MAIN_OUTPUT]
    return np.stack([turned_back(one, way) for one in keras.ops.convert_to_numpy(answer)])


def turned_inputs(inputs: Arrays, way: int) -> Arrays:
    """Return a guided U-Net's inputs for the same photos turned or mirrored in a way (`examples.turned`)."""
    vertical, horizontal = inputs["vertical"], inputs["horizontal"]
    if way & 1:
        vertical = vertical[:, ::-1, ::-1]
    if way & MIRRORED:
        horizontal = horizontal[:, ::-1, ::-1]
    if way & 4:
        vertical, horizontal = horizontal, vertical
    pictures = {name: np.stack([turned(one, way) for one in inputs[name]]) for name in ("picture", "thumbnail")}
    return {**inputs, **pictures, "vertical": vertical, "horizontal": horizontal}
