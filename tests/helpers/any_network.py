"""Light-guided networks with weights that nobody trained: rules must hold for them too."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from lowlight.network.context import SQUARE
from lowlight.network.session import LightGuided, open_network

KINDS = ("same", "noise", "black", "white", "painted")
"""A network that changes nothing; one with weights at random; black and white whatever it is given; orange paint.
There is also one that smooths."""


def any_network(kind: str, seed: int = 0) -> LightGuided:
    """Return a network: a 3x3 convolution of what it is given."""
    network = open_network(any_file(kind, seed))
    assert isinstance(network, LightGuided)
    return network


def any_file(kind: str, seed: int = 0) -> bytes:
    """Return such a network's ONNX file."""
    weights, bias = np.zeros((3, 4, 3, 3), np.float32), np.zeros(3, np.float32)
    if kind in ("same", "painted"):
        weights[range(3), range(3), 1, 1] = 1
    if kind == "smooth":
        weights[range(3), range(3)] = 1 / 9
    if kind == "noise":
        random = np.random.default_rng(seed)
        weights, bias = random.normal(0, 0.3, weights.shape).astype(np.float32), random.normal(0, 0.3, 3)
    bias = {"black": np.full(3, -1), "white": np.full(3, 2), "painted": np.array([0.3, 0, -0.3])}.get(kind, bias)
    nodes = [
        helper.make_node("Transpose", ["picture"], ["inside"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["inside", "weights", "bias"], ["made"], pads=[1, 1, 1, 1]),
        helper.make_node("Transpose", ["made"], ["clean"], perm=[0, 2, 3, 1]),
    ]
    sizes = {
        "picture": ["batch", "height", "width", 4],
        "thumbnail": ["batch", SQUARE, SQUARE, 4],
        "vertical": ["batch", "rows", SQUARE // 2],
        "horizontal": ["batch", "cols", SQUARE // 2],
    }
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()]
    output = helper.make_tensor_value_info("clean", TensorProto.FLOAT, ["batch", "height", "width", 3])
    numbers = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias.astype(np.float32), "bias")]
    graph = helper.make_graph(nodes, "any", inputs, [output], numbers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {"name": kind, "halo": "1"})
    return model.SerializeToString()
