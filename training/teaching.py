"""A trained network teaches itself what it would know if it looked at each photo in several ways.

Averaged over a photo turned and mirrored in eight ways, a network's results are better and calmer, for eight times the
time. A network that learns those means keeps a part of that, at its own speed. And it learns them from any photo,
so there is nothing to learn by heart.
"""

from collections.abc import Sequence
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

WAYS = 2
"""In how many of the eight ways, drawn at random, a batch is seen: over many batches their mean is all eight's."""

_DRAWS = 77  # keeps these draws apart from the batches'

Arrays = dict[str, FloatImage]


class Teacher:
    """The guided U-Net as it was when its run began.

    After Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.

    Args:
        experiment: its ``taught`` is the share of the teacher's answers in what is learned.
        weights: those the run begins with, ``.weights.h5``; of several, their mean.

    Raises:
        LowlightError: there are no weights, or another network's.
    """

    def __init__(self, experiment: Experiment, weights: Sequence[Path]) -> None:
        if not weights:
            raise LowlightError(
                f"{experiment.name} learns from the weights that it begins with: name their run with --start, "
                "also when it goes on."
            )
        self._model, self._share, self._seed = experiment.build(), np.float32(experiment.taught), experiment.seed
        checkpoint.load_weights(self._model, *weights)

    def targets(self, inputs: Arrays, targets: Arrays, step: int) -> Arrays:
        """Return what a batch is to become: the bright photos, mixed with the teacher's mean answer to the dark ones.

        Args:
            inputs: of the guided U-Net.
            targets: its outputs, as the batch has them.
            step: of the training; it alone and the experiment's seed decide in which ways the batch is seen.
        """
        ways = np.random.default_rng((self._seed, _DRAWS, step)).choice(8, WAYS, replace=False)
        answer = np.mean([self._answer(inputs, int(way)) for way in ways], axis=0)
        bright = targets[MAIN_OUTPUT]
        return {**targets, MAIN_OUTPUT: bright + self._share * (np.clip(answer, 0, 1) - bright)}

    def _answer(self, inputs: Arrays, way: int) -> FloatImage:
        """Return what it makes of a batch that is turned or mirrored, turned back."""
        answer = self._model.predict_on_batch(turned_inputs(inputs, way))[MAIN_OUTPUT]
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
