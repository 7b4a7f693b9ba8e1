"""What a network costs: its parameters, and its multiply-adds a pixel."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lowlight import LowlightError, shipped
from lowlight.network import weights
from tests.helpers.any_network import any_file
from tests.helpers.made_networks import between, graph
from training.models import cost

pytestmark = pytest.mark.training

BUNDLED = shipped.BUNDLED_FOLDER / f"{weights.ORIGINAL_NAME}.onnx"


@pytest.mark.parametrize("size", [(20, 30), (9, 17)])
def test_the_original_cnn_costs_what_is_published(size):
    """The bundled file holds 116,035 parameters and costs 115,776 multiply-adds a pixel, at any size."""
    model = onnx.load(BUNDLED)
    assert cost.parameters(model) == 116_035
    assert cost.multiply_adds(model, *size) == 115_776


def test_strides_and_groups_count():
    """At half the size a convolution costs a quarter a pixel, in two groups half; transposed, its input counts."""
    down, grouped, up = (np.zeros(shape, np.float32) for shape in ((8, 3, 2, 2), (8, 4, 3, 3), (8, 3, 2, 2)))
    nodes = between(
        helper.make_node("Conv", ["x", "down", "bias"], ["half"], strides=[2, 2]),
        helper.make_node("Conv", ["half", "grouped"], ["same"], group=2, pads=[1, 1, 1, 1]),
        helper.make_node("ConvTranspose", ["same", "up"], ["y"], strides=[2, 2]),
    )
    arrays = {"down": down, "bias": np.zeros(8, np.float32), "grouped": grouped, "up": up}
    assert cost.multiply_adds(graph(nodes, arrays), 16, 24) == (8 * 3 * 4 + 8 * 4 * 9 + 8 * 3 * 4) / 4
    assert cost.parameters(graph(nodes, arrays)) == 8 * 3 * 4 + 8 + 8 * 4 * 9 + 8 * 3 * 4


def test_a_part_that_sees_the_whole_picture_costs_less_a_pixel_on_a_larger_one():
    """A dense layer behind a mean over the picture costs 3 x 3 multiply-adds a picture, whichever way it is written."""
    mean = helper.make_node("GlobalAveragePool", ["x"], ["mean"])
    flat = helper.make_node("Flatten", ["mean"], ["flat"])
    shape = helper.make_node("Constant", [], ["shape"], value=numpy_helper.from_array(np.array([-1, 3, 1, 1])))
    back = [
        shape,
        helper.make_node("Reshape", ["dense", "shape"], ["gain"]),
        helper.make_node("Mul", ["x", "gain"], ["y"]),
    ]
    for dense in (
        helper.make_node("Gemm", ["flat", "w"], ["dense"], transB=1),
        helper.make_node("MatMul", ["flat", "w"], ["dense"]),
    ):
        model = graph(between(mean, flat, dense, *back), {"w": np.zeros((3, 3), np.float32)})
        assert cost.multiply_adds(model, 6, 6) == 9 / 36
        assert cost.multiply_adds(model, 12, 12) == 9 / 144
        assert cost.parameters(model) == 9


def test_a_quantized_network_counts_its_weights_and_not_their_scales():
    """Weights of 8 bits count as parameters, their scales and zero points do not; the multiply-adds are the same."""
    arrays = {"w": np.zeros((3, 3, 1, 1), np.int8), "scale": np.ones(3, np.float32), "zero": np.zeros(3, np.int8)}
    real = helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["real"], axis=0)
    model = graph(between(real, helper.make_node("Conv", ["x", "real"], ["y"])), arrays)
    assert cost.parameters(model) == 9
    assert cost.multiply_adds(model, 8, 8) == 9


@pytest.mark.parametrize("size", [(16, 24), (13, 21)])
def test_a_light_guided_network_is_counted(size):
    """What it is told about the whole photo is made up for it; a 3x3 convolution of four channels costs 108 a pixel."""
    model = onnx.load_model_from_string(any_file("noise"))
    grown = [-(-side // 8) * 8 for side in size]
    assert cost.parameters(model) == 3 * 4 * 9 + 3
    assert cost.multiply_adds(model, *size) == pytest.approx(3 * 4 * 9 * grown[0] * grown[1] / (size[0] * size[1]))


def test_what_cannot_be_counted_is_refused():
    """An operation whose multiply-adds nobody counts is named, rather than left out of a figure; a choice too."""
    model = graph([helper.make_node("Einsum", ["picture"], ["result"], equation="bhwc->bhwc")])
    with pytest.raises(LowlightError, match="it holds Einsum"):
        cost.multiply_adds(model, 8, 8)
    end = helper.make_tensor_value_info("z", TensorProto.FLOAT, [None, 3, None, None])
    branch = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "branch", [], [end])
    choose = helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)
    with pytest.raises(LowlightError, match="it holds If"):
        cost.multiply_adds(graph(between(choose), {"yes": np.array(True)}), 8, 8)


def test_a_size_that_a_network_does_not_take_is_said():
    """A network of a fixed size that is not the one asked for is refused in words."""
    add = helper.make_node("Add", ["x", "plane"], ["sum"])
    conv = helper.make_node("Conv", ["sum", "w"], ["y"])
    arrays = {"plane": np.zeros((1, 3, 8, 8), np.float32), "w": np.zeros((3, 3, 1, 1), np.float32)}
    with pytest.raises(LowlightError, match="picture of 10 x 9 pixels"):
        cost.multiply_adds(graph(between(add, conv), arrays), 9, 10)
