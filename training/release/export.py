"""A trained run becomes an ONNX file that `lowlight.network.session` opens."""

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
import onnx

from lowlight.errors import LowlightError
from lowlight.network.context import SQUARE
from training.experiments import Experiment
from training.models.networks import served_halo
from training.release.graphs import canonical, trimmed
from training.run import checkpoint

_PICTURE_SIZES = ("batch", "height", "width")
_SIZES = {
    "vertical": ("batch", "half the height"),
    "horizontal": ("batch", "half the width"),
}


def export(experiment: Experiment, weights: Path, target: Path, average: Sequence[Path] = ()) -> None:
    """Write the network with its trained weights as ONNX: any batch, height and width, float32.

    The file's metadata holds what serving must know: ``name`` and ``halo``, how much of its surroundings a part must be
    given, in pixels. The same weights give the same bytes, whatever was done before. Beside it go its checksum,
    NAME.sha256, as sha256sum writes it, and the weights it was made from, NAME.weights.h5, so that the three belong
    together however the runs go on.

    Args:
        experiment: builds the model.
        weights: Keras's ``.weights.h5``, of the experiment's model.
        target: the ONNX file to write; its folder is made if it is missing.
        average: ``.weights.h5`` of other runs that began where this one did: the mean of all is exported (Wortsman
            et al. 2022, "Model soups").

    Raises:
        LowlightError: Keras runs on another back end than TensorFlow, or the weights are another network's.
    """
    if keras.config.backend() != "tensorflow":
        raise LowlightError(
            f"Only Keras on TensorFlow exports ONNX here, and it runs on {keras.config.backend()}. "
            "Set KERAS_BACKEND=tensorflow for this command; it reads the same weights."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = target.with_suffix(".weights.h5")
    model = experiment.build()
    if average:
        checkpoint.load_weights(model, weights, *average)
        model.save_weights(kept)
    elif kept.resolve() != weights.resolve():
        shutil.copyfile(weights, kept)  # first: a run that is still going may write better ones meanwhile
    checkpoint.load_weights(model, kept)
    _call_once(model)
    graph = to_onnx(model)
    onnx.helper.set_model_props(graph, {"name": experiment.title, "halo": str(served_halo(model))})
    onnx.checker.check_model(graph, full_check=True)
    data = graph.SerializeToString(deterministic=True)
    target.write_bytes(data)
    target.with_suffix(".sha256").write_text(f"{sha256(data).hexdigest()}  {target.name}\n")


def _call_once(model: keras.Model) -> None:
    """Call the model on zeros of 16 x 16: Keras cannot export what was never called."""
    if not isinstance(model.input, dict):
        model(np.zeros((1, 16, 16, 3), np.float32))
        return
    cells = SQUARE // 2
    sizes = {"picture": (16, 16, 4), "thumbnail": (SQUARE, SQUARE, 4), "vertical": (8, cells), "horizontal": (8, cells)}
    model({name: np.zeros((1, *size), np.float32) for name, size in sizes.items()})


def to_onnx(model: keras.Model) -> onnx.ModelProto:
    """Return a Keras model that has been called as ONNX, the same for the same weights, without lowlight's metadata."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="keras")  # np.object, asked for by tf2onnx
        path = Path(folder) / "network.onnx"
        model.export(path, format="onnx", verbose=False)
        exported = onnx.load(path)
    exported.graph.CopyFrom(canonical(trimmed(exported.graph)))
    for value in (*exported.graph.input, *exported.graph.output):  # the exporter numbers unknown sizes by a counter
        for dimension, name in zip(
            value.type.tensor_type.shape.dim, _SIZES.get(value.name, _PICTURE_SIZES), strict=False
        ):
            if name and not dimension.dim_value:
                dimension.dim_param = name
    return exported
