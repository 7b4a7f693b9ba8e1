"""What is done to an ONNX graph: it answers as before, to the bit."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from training.graphs import canonical, halved, inlined, on_demand, trimmed


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


@pytest.fixture
def asking():
    """Return a graph that finds a number from a row, unless it is told it, and answers with the row times it."""
    weights = np.random.default_rng(1).normal(0, 1, (4, 1)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["row", "weights"], ["product"]),
        helper.make_node("Exp", ["product"], ["found"]),
        helper.make_node("Greater", ["number", "nothing"], ["is told"]),
        helper.make_node("Where", ["is told", "number", "found"], ["used"]),
        helper.make_node("Mul", ["row", "used"], ["scaled"]),
    ]
    ends = {"row": [None, 4], "number": [None, 1]}, {"used": [None, 1], "scaled": [None, 4]}
    return model_of(nodes, *ends, {"weights": weights, "nothing": np.zeros((), np.float32)})


NUMBERS = [[[0.5]], [[0.0]], [[-1.0]], [[0.5], [0.0]], [[0.5], [2.0]]]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_answer_on_demand_is_the_same(asking, number):
    """Told or found, one row or several, some told and some not: outputs are those of the graph without a branch."""
    number = np.array(number, np.float32)
    row = np.random.default_rng(2).normal(0, 1, (len(number), 4)).astype(np.float32)
    wanted = answers(asking, row=row, number=number)
    made = on_demand(asking, "used", "number")
    onnx.checker.check_model(made, full_check=True)
    found = answers(made, row=row, number=number)
    assert found.keys() == wanted.keys()
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_what_is_told_is_not_computed(asking):
    """A branch that would fail on a row of another length is not run where the number is told; asked for, it is."""
    made = on_demand(asking, "used", "number")
    del made.graph.input[0].type.tensor_type.shape.dim[1:]
    made.graph.input[0].type.tensor_type.shape.dim.add().dim_param = "any"
    row = np.ones((1, 3), np.float32)
    assert np.array_equal(answers(made, row=row, number=np.full((1, 1), 2, np.float32))["scaled"], 2 * row)
    with pytest.raises(Exception, match=r"(?i)matmul"):
        answers(made, row=row, number=np.zeros((1, 1), np.float32))


def test_weights_of_a_branch_lie_in_it(asking):
    """Only what the answer alone needs goes into the branch: what both need stays outside."""
    made = on_demand(asking, "used", "number")
    (branch,) = (node for node in made.graph.node if node.op_type == "If")
    (asked,) = (attribute.g for attribute in branch.attribute if attribute.name == "else_branch")
    assert "weights" in {tensor.name for tensor in asked.initializer}
    assert "weights" not in {tensor.name for tensor in made.graph.initializer}
    assert [node.op_type for node in made.graph.node if node.op_type != "If"] == ["ReduceMin", "Greater", "Mul"]


@pytest.mark.parametrize("number", NUMBERS)
def test_inlined_branches_choose_the_same(asking, number):
    """A graph without its branches answers alike, and the one that it was made from is left as it is."""
    made = on_demand(asking, "used", "number")
    before = made.SerializeToString(deterministic=True)
    flat = inlined(made)
    assert made.SerializeToString(deterministic=True) == before
    onnx.checker.check_model(flat, full_check=True)
    assert "If" not in {node.op_type for node in flat.graph.node}
    number = np.array(number, np.float32)
    row = np.random.default_rng(3).normal(0, 1, (len(number), 4)).astype(np.float32)
    wanted, found = (answers(one, row=row, number=number) for one in (made, flat))
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_branches_within_branches_are_inlined():
    """Two levels of choices end in one list of operations."""
    number = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])

    def branch(*nodes):
        return helper.make_graph(
            list(nodes), "branch", [], [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1])]
        )

    def choice(output, then, other):
        return helper.make_node("If", ["yes"], [output], then_branch=then, else_branch=other)

    same, other = (branch(helper.make_node(kind, ["x"], ["z"])) for kind in ("Identity", "Neg"))
    inner = branch(choice("z", same, other))
    yes = helper.make_tensor("none", TensorProto.FLOAT, [], [0.0])
    nodes = [
        helper.make_node("ReduceMin", ["x"], ["least"], keepdims=0),
        helper.make_node("Greater", ["least", "none"], ["yes"]),
    ]
    graph = helper.make_graph(
        [*nodes, choice("y", inner, other)],
        "nested",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [number],
        [yes],
    )
    flat = inlined(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9))
    for value in (2.0, -2.0):
        assert answers(flat, x=np.array([value], np.float32))["y"] == 2.0


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


def test_only_what_16_bits_hold_is_stored_in_them():
    """Of two weights the one that float16 holds exactly is halved; the graph answers as before, to the bit."""
    random = np.random.default_rng(0)
    exact = random.normal(0, 1, (32, 32)).astype(np.float16).astype(np.float32)
    other = random.normal(0, 1, (32, 32)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "exact"], ["y"]), helper.make_node("MatMul", ["y", "other"], ["z"])]
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 32])] for name in "xz"]
    stored = [numpy_helper.from_array(exact, "exact"), numpy_helper.from_array(other, "other")]
    model = helper.make_model(
        helper.make_graph(nodes, "two", *ends, stored), opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    )
    given = {"x": random.normal(0, 1, (3, 32)).astype(np.float32)}
    wanted = ort.InferenceSession(model.SerializeToString()).run(None, given)[0]
    made = halved(model)
    kinds = {tensor.name: tensor.data_type for tensor in made.graph.initializer}
    assert kinds == {"exact_half": TensorProto.FLOAT16, "other": TensorProto.FLOAT}
    assert np.array_equal(ort.InferenceSession(made.SerializeToString()).run(None, given)[0], wanted)
