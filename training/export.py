"""A trained run becomes an ONNX file that `lowlight.engine` opens."""

import shutil
import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
import onnx
import tf2onnx.convert
import tf2onnx.utils

from lowlight.errors import LowlightError
from training.experiments import Experiment
from training.models import halo

# Keras, TensorFlow and tf2onnx number layers, functions and operations from the start of the process on, and the
# numbers become names in the file. These are the ones of a process that has done nothing else.
_FIRST_OPERATION = 2
_FUNCTION = "converted from b'__inference___call___171'"


def export(experiment: Experiment, weights: Path, target: Path) -> None:
    """Write the network with its trained weights as ONNX: any batch, height and width, float32.

    The file's metadata holds what serving must know: ``name`` and ``halo``, the receptive field's radius in pixels. The
    same weights give the same bytes, whatever was done before: Keras's session is cleared for that. Beside it go its
    checksum, NAME.sha256, as sha256sum writes it, and the weights it was made from, NAME.weights.h5, so that the three
    belong together however the run goes on.

    Args:
        experiment: builds the model.
        weights: Keras's ``.weights.h5``.
        target: the ONNX file to write; its folder is made if it is missing.

    Raises:
        LowlightError: Keras runs on another back end than TensorFlow.
    """
    if keras.config.backend() != "tensorflow":
        raise LowlightError(
            f"Only Keras on TensorFlow exports ONNX here, and it runs on {keras.config.backend()}. "
            "Set KERAS_BACKEND=tensorflow for this command; it reads the same weights."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = target.with_suffix(".weights.h5")
    if kept.resolve() != weights.resolve():
        shutil.copyfile(weights, kept)  # first: a run that is still going may write better ones meanwhile
    keras.utils.clear_session()
    model = experiment.build()
    model.load_weights(kept)
    model(np.zeros((1, 16, 16, 3), np.float32))  # Keras cannot export what was never called
    graph = _to_onnx(model)
    onnx.helper.set_model_props(graph, {"name": experiment.title, "halo": str(halo(model))})
    onnx.checker.check_model(graph, full_check=True)
    data = graph.SerializeToString(deterministic=True)
    target.write_bytes(data)
    target.with_suffix(".sha256").write_text(f"{sha256(data).hexdigest()}  {target.name}\n")


def _to_onnx(model: keras.Model) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="keras")  # np.object, asked for by tf2onnx
        path = Path(folder) / "network.onnx"
        tf2onnx.utils.INTERNAL_NAME = _FIRST_OPERATION
        model.export(path, format="onnx", verbose=False)
        graph = onnx.load(path)
    graph.graph.doc_string = _FUNCTION
    for value in (*graph.graph.input, *graph.graph.output):  # the exporter numbers unknown sizes by a counter
        for axis, name in enumerate(("batch", "height", "width")):
            value.type.tensor_type.shape.dim[axis].dim_param = name
    return graph
