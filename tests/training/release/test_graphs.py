"""What is done to an ONNX graph: it answers as before, to the bit."""

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from training.release.graphs import canonical, trimmed


def answers(model, **given):
    """Run a graph and return its outputs by name."""
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def model_of(nodes, inputs, outputs, arrays):
    """Return a graph of float32 arrays of the shapes given by name."""
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side.items()]
        for side in (inputs, outputs)
    ]
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "made", *ends, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def resized(**attributes):
    """Return a transposed convolution, cut and filled to a size reckoned from its input, as the exporter does."""
    arrays = {
        "w": np.random.default_rng(4).normal(0, 1, (3, 2, 2, 2)).astype(np.float32),
        "from": np.array([0, 0]),
        "axes": np.array([2, 3]),
        "first": np.array([2]),
        "last": np.array([4]),
        "one": np.array([0]),
        "two": np.array([2, 2]),
        "nothing": np.zeros(8, np.int64),
    }
    nodes = [
        helper.make_node(
            "ConvTranspose", ["x", "w"], ["up"], **{"kernel_shape": [2, 2], "strides": [2, 2]} | attributes
        ),
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Slice", ["shape", "first", "last", "one"], ["sides"]),
        helper.make_node("Mul", ["sides", "two"], ["size"]),
        helper.make_node("Slice", ["up", "from", "size", "axes"], ["cut"]),
        helper.make_node("Pad", ["cut", "nothing"], ["filled"]),
        helper.make_node("Neg", ["filled"], ["y"]),
    ]
    return model_of(nodes, {"x": [None, 3, None, None]}, {"y": [None, 2, None, None]}, arrays)


def test_a_transposed_convolution_is_left_at_its_size():
    """What the exporter cuts and fills to the size that it has anyway is gone, and the answer is the same."""
    model = resized()
    x = np.random.default_rng(5).normal(0, 1, (2, 3, 5, 7)).astype(np.float32)
    wanted = answers(model, x=x)["y"]
    model.graph.CopyFrom(canonical(trimmed(model.graph)))
    assert [node.op_type for node in model.graph.node] == ["ConvTranspose", "Neg"]
    assert np.array_equal(answers(model, x=x)["y"], wanted)


@pytest.mark.parametrize(
    "attributes",
    [
        {"pads": [1, 1, 1, 1]},
        {"auto_pad": "SAME_UPPER"},
        {"output_padding": [1, 1]},
        {"output_shape": [9, 9]},
        {"strides": [3, 3]},
    ],
    ids=lambda attributes: next(iter(attributes)),
)
def test_a_transposed_convolution_of_another_size_keeps_what_sizes_it(attributes):
    """Where padding or gaps make its size another, what cuts and fills stays."""
    kinds = [node.op_type for node in canonical(trimmed(resized(**attributes).graph)).node]
    assert "Slice" in kinds
    assert "Pad" in kinds
