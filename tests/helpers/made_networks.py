"""Networks made by hand, for tests: ONNX graphs of a few nodes."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def graph(nodes, arrays=(), name="made up"):
    """Return a network of the given nodes, from "picture" to "result" (batch x height x width x 3), and arrays."""
    ends = [
        helper.make_tensor_value_info(end, TensorProto.FLOAT, ["batch", "height", "width", 3])
        for end in ("picture", "result")
    ]
    stored = [numpy_helper.from_array(array, key) for key, array in dict(arrays).items()]
    model = helper.make_model(
        helper.make_graph(nodes, "network", ends[:1], ends[1:], stored), opset_imports=[helper.make_opsetid("", 15)]
    )
    model.ir_version = 8
    helper.set_model_props(model, {"name": name, "halo": "1"})
    return model


def between(*nodes):
    """Return the nodes, which go from "x" to "y" in channels-first order, between the two transpositions."""
    return [
        helper.make_node("Transpose", ["picture"], ["x"], perm=[0, 3, 1, 2]),
        *nodes,
        helper.make_node("Transpose", ["y"], ["result"], perm=[0, 2, 3, 1]),
    ]


def gain_network(folder, gain, name="made up"):
    """Write a network that multiplies its input by ``gain``: a 1x1 convolution."""
    weight = (np.eye(3, dtype=np.float32) * np.float32(gain))[..., np.newaxis, np.newaxis]
    path = folder / "network.onnx"
    folder.mkdir(exist_ok=True)
    onnx.save(graph(between(helper.make_node("Conv", ["x", "w"], ["y"])), {"w": weight}, name), path)
    return path
