"""A trained run becomes an ONNX file that `lowlight.engine` opens."""

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
from training import checkpoint, experiments
from training.experiments import Experiment
from training.graphs import canonical, halved, on_demand, trimmed
from training.models import JOINED, joined, served_halo

_PICTURE_SIZES = ("batch", "height", "width")
_SIZES = {
    "thumbnail": ("batch", "rows", "cols"),
    "vertical": ("batch", "half the height", "half the rows"),
    "horizontal": ("batch", "half the width", "half the cols"),
    "exposure": ("batch",),
    "wanted": ("batch",),
}

EXPOSURE_EXPERIMENT = "exposure_net"
"""What tells a network of the task "enhance" how bright a photo should be."""


def export(
    experiment: Experiment, weights: Path, target: Path, exposure: Path | None = None, average: Sequence[Path] = ()
) -> None:
    """Write the network with its trained weights as ONNX: any batch, height and width, float32.

    The file's metadata holds what serving must know: ``name`` and ``halo``, the receptive field's radius in pixels. The
    same weights give the same bytes, whatever was done before. Beside it go its
    checksum, NAME.sha256, as sha256sum writes it, and the weights it was made from, NAME.weights.h5, so that the three
    belong together however the runs go on. A network of the task "enhance" is joined with the exposure network: one
    file holds both.

    Args:
        experiment: builds the model.
        weights: Keras's ``.weights.h5``, of the experiment's model; or, for the task "enhance", of both models joined.
        target: the ONNX file to write; its folder is made if it is missing.
        exposure: for the task "enhance", the exposure network's ``.weights.h5``; None if ``weights`` holds it already.
        average: ``.weights.h5`` of other runs that began where this one did: the mean of all is exported (Wortsman
            et al. 2022, "Model soups"), which is better and calmer on photos unlike LOL's than any of them.

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
    if average:
        weights = _averaged(experiment, [weights, *average], kept)
    if exposure is not None:
        _join(experiment, weights, exposure, kept)
    elif kept.resolve() != weights.resolve():
        shutil.copyfile(weights, kept)  # first: a run that is still going may write better ones meanwhile
    model = served(experiment)
    _load(model, kept)
    _call_once(model)
    graph = halved(to_onnx(model))
    if model.name == JOINED:
        graph = on_demand(graph, "wanted", "exposure")
    onnx.helper.set_model_props(graph, {"name": experiment.title, "halo": str(served_halo(model))})
    onnx.checker.check_model(graph, full_check=True)
    data = graph.SerializeToString(deterministic=True)
    target.write_bytes(data)
    target.with_suffix(".sha256").write_text(f"{sha256(data).hexdigest()}  {target.name}\n")


def served(experiment: Experiment) -> keras.Model:
    """Build the model that serves: the experiment's own, or for the task "enhance" it and the exposure network."""
    model = experiment.build()
    return model if experiment.task != "enhance" else joined(model, experiments.load(EXPOSURE_EXPERIMENT).build())


def _averaged(experiment: Experiment, paths: Sequence[Path], target: Path) -> Path:
    """Write the mean of several runs' weights and return where."""
    model = experiment.build()
    checkpoint.load_weights(model, *paths)
    model.save_weights(target)
    return target


def _join(experiment: Experiment, weights: Path, exposure: Path, target: Path) -> None:
    """Write the weights of both models as those of the joined one."""
    model, other = experiment.build(), experiments.load(EXPOSURE_EXPERIMENT).build()
    _load(model, weights)
    _load(other, exposure)
    joined(model, other).save_weights(target)


def _load(model: keras.Model, path: Path) -> None:
    try:
        checkpoint.load_weights(model, path)
    except LowlightError as error:
        hint = " For the guided U-Net, name the exposure network's run too." if model.name == JOINED else ""
        raise LowlightError(f"{error}{hint}") from error


def _call_once(model: keras.Model) -> None:
    """Call the model on zeros of 16 x 16: Keras cannot export what was never called."""
    if not isinstance(model.input, dict):
        model(np.zeros((1, 16, 16, 3), np.float32))
        return
    sizes = {name: [size or 16 for size in tensor.shape] for name, tensor in model.input.items()}
    sizes |= {"vertical": [1, 8, 8], "horizontal": [1, 8, 8]}
    model({name: np.zeros([1, *size[1:]], np.float32) for name, size in sizes.items()})


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
