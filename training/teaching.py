"""A trained network makes a narrower one: which begins with its weights, and learns from its answers.

What the blocks at stride 2 compute inside is most of a guided U-Net's cost. A narrower network that begins with the
channels that matter most is soon nearly as good, and 340 pairs with a teacher are more than 340 pairs: the teacher
answers to any photo that is made of them.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from lowlight.errors import LowlightError
from lowlight.tone import FloatImage
from training import checkpoint
from training.experiments import Experiment

MAIN_OUTPUT = "clean"
"""Of several outputs, the one that serves; the experiment's loss is its."""

_INSIDE, _AFTER = "_a", "_b"  # how the names of a block's two convolutions end


class Teacher:
    """A trained network that says what it makes of each batch.

    After Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.

    Args:
        experiment: its ``teacher`` builds the network, its ``taught`` is the share of its answers in what is learned.
        weights: of the network, ``.weights.h5``; of several, their mean.

    Raises:
        LowlightError: there are no weights, or another network's.
    """

    def __init__(self, experiment: Experiment, weights: Sequence[Path]) -> None:
        if not experiment.teacher or not weights:
            raise LowlightError(
                f"{experiment.name} learns from a trained network: name its run with --start, also when it goes on."
            )
        self.model, self._share = experiment.teacher(), np.float32(experiment.taught)
        checkpoint.load_weights(self.model, *weights)

    def targets(self, inputs: dict[str, FloatImage], targets: dict[str, FloatImage]) -> dict[str, FloatImage]:
        """Return what a batch is to become: the bright photos, mixed with what the teacher makes of the dark ones."""
        answers = np.clip(keras.ops.convert_to_numpy(self.model.predict_on_batch(inputs)[MAIN_OUTPUT]), 0, 1)
        bright = targets[MAIN_OUTPUT]
        return {**targets, MAIN_OUTPUT: bright + self._share * (answers - bright)}


def narrow(wide: keras.Model, slim: keras.Model) -> None:
    """Give a network the weights of one that has more channels inside its blocks and is the same otherwise.

    A channel inside a block matters as much as the weights that make it times those that use it (Euclidean norms):
    between the two is a ReLU, so one can be scaled against the other. Kept are those that matter most, in their order
    (after Li et al., "Pruning filters for efficient ConvNets", ICLR 2017).

    Args:
        wide: the trained network.
        slim: is given the weights; to be trained on from there.
    """
    for layer in slim.layers:
        if layer.name.endswith(_INSIDE):
            after = layer.name.removesuffix(_INSIDE) + _AFTER
            (makes, bias), (uses, rest) = (wide.get_layer(name).get_weights() for name in (layer.name, after))
            worth = (makes**2).sum((0, 1, 2)) * (uses**2).sum((0, 1, 3))
            kept = np.sort(np.argsort(-worth, kind="stable")[: layer.filters])
            layer.set_weights([makes[..., kept], bias[kept]])
            slim.get_layer(after).set_weights([uses[:, :, kept], rest])
        elif not layer.name.endswith(_AFTER):
            layer.set_weights(wide.get_layer(layer.name).get_weights())
