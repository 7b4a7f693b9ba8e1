"""A trained run becomes an ONNX file that `lowlight.engine` opens."""

import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np
import onnx

from training.experiments import Experiment
from training.models import halo


def export(experiment: Experiment, weights: Path, target: Path) -> None:
    """Write the network with its trained weights as ONNX: any batch, height and width, float32.

    The file's metadata holds what serving must know: ``name`` and ``halo``, the receptive field's radius in pixels. The
    same weights give the same bytes. Beside it goes its checksum, NAME.sha256, as sha256sum writes it.

    Args:
        experiment: builds the model.
        weights: Keras's ``.weights.h5``.
        target: the ONNX file to write.
    """
    model = experiment.build()
    model.load_weights(weights)
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
        model.export(path, format="onnx", verbose=False)
        graph = onnx.load(path)
    for value in (*graph.graph.input, *graph.graph.output):  # the exporter numbers unknown sizes by a counter
        for axis, name in enumerate(("batch", "height", "width")):
            value.type.tensor_type.shape.dim[axis].dim_param = name
    return graph
