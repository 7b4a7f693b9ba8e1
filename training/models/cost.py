"""What a network costs, read from its ONNX file: parameters, and multiply-adds at a picture's size."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import onnx
import onnxruntime as ort
from onnx import NodeProto, TensorProto

from lowlight.arrays import FloatImage
from lowlight.errors import LowlightError
from lowlight.network.context import GUIDE_STRIDE, PICTURE_STRIDE, SQUARE

CONVOLUTIONS = frozenset({"Conv", "ConvInteger", "QLinearConv"})
PRODUCTS = frozenset({"Gemm", "MatMul", "MatMulInteger", "QLinearMatMul"})
COUNTED = CONVOLUTIONS | PRODUCTS | {"ConvTranspose"}
"""Operations whose multiply-adds are counted. As in the field, element by element work is not: activations, sums,
normalization, pooling, resizing."""

UNCOUNTABLE = frozenset({"Attention", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop", "RNN", "Scan"})
"""Operations that multiply, or hold others that do, and that nobody counts here: refused, since a figure without them
would flatter."""

_STANDARD = ("", "ai.onnx")  # the names of ONNX's own set of operations
_WEIGHT_INPUT = {"QLinearConv": 3, "QLinearMatMul": 3}  # 1 for all others
_NO_WEIGHTS = frozenset({TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING})
_SCALE_INPUTS = {
    "QuantizeLinear": (1, 2),
    "DequantizeLinear": (1, 2),
    "QLinearConv": (1, 2, 4, 5, 6, 7),
    "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "ConvInteger": (2, 3),
    "MatMulInteger": (2, 3),
}


def parameters(model: onnx.ModelProto) -> int:
    """Return how many trained numbers an ONNX graph holds: its stored arrays' elements.

    Shapes and indices (int64), single numbers, and the scales of a quantized network are none.
    """
    nodes = model.graph.node
    scales = {
        node.input[index] for node in nodes for index in _SCALE_INPUTS.get(node.op_type, ()) if index < len(node.input)
    }
    constants = {node.output[0]: node.attribute[0].t for node in nodes if node.op_type == "Constant"}
    stored = constants | {tensor.name: tensor for tensor in model.graph.initializer}
    return sum(
        math.prod(tensor.dims)
        for name, tensor in stored.items()
        if name not in scales and tensor.data_type not in _NO_WEIGHTS and tensor.dims
    )


def multiply_adds(model: onnx.ModelProto, height: int, width: int) -> float:
    """Return the multiply-adds a pixel of the input picture: convolutions, transposed convolutions and products.

    The graph is run once on a black picture, to see the size of every array: so it counts what is done, whatever the
    file says or leaves open about sizes. Borders count as if they were inside.

    Args:
        model: a denoiser or a light-guided network, as `lowlight.network.session` takes them.
        height: of the picture; a network with a part on a thumbnail costs less a pixel on larger ones.
        width: of the picture.

    Raises:
        LowlightError: the graph holds an operation whose cost is not known here, or does not run at this size.
    """
    unknown = sorted({node.op_type for node in model.graph.node if not _is_known(node)})
    if unknown:
        raise LowlightError(
            f"The network's multiply-adds cannot be counted: it holds {', '.join(unknown)}. "
            "Leave it out of the comparison, or teach training/models/cost.py what that costs."
        )
    nodes = [node for node in model.graph.node if node.op_type in COUNTED]
    shapes = _shapes(model, [name for node in nodes for name in _arrays(node)], height, width)
    return sum(_cost(node, *(shapes[name] for name in _arrays(node))) for node in nodes) / (height * width)


def _cost(node: NodeProto, source: Sequence[int], weight: Sequence[int], target: Sequence[int]) -> int:
    """Return a node's multiply-adds from the shapes of its input, its weight and its output."""
    if node.op_type in CONVOLUTIONS:  # each output value: one product for each of its filter's weights
        return math.prod(target) * math.prod(weight[1:])
    if node.op_type == "ConvTranspose":  # each input value goes into one product for each of its filter's weights
        return math.prod(source) * math.prod(weight[1:])
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return math.prod(target) * source[0 if transposed else -1]


def _arrays(node: NodeProto) -> tuple[str, str, str]:
    """Return the names of a counted node's input, weight and output."""
    return node.input[0], node.input[_WEIGHT_INPUT.get(node.op_type, 1)], node.output[0]


def _is_known(node: NodeProto) -> bool:
    return node.domain in _STANDARD and node.op_type not in UNCOUNTABLE


def _shapes(model: onnx.ModelProto, names: Sequence[str], height: int, width: int) -> dict[str, tuple[int, ...]]:
    """Run a copy of the graph that gives the shapes of the named arrays, and return them."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    for index, name in enumerate(wanted):
        copy.graph.node.append(onnx.helper.make_node("Shape", [name], [f"shape of array {index}"]))
        copy.graph.output.append(
            onnx.helper.make_tensor_value_info(f"shape of array {index}", TensorProto.INT64, [None])
        )
    return dict(zip(wanted, _run(copy, height, width), strict=True))


def _run(model: onnx.ModelProto, height: int, width: int) -> Iterator[tuple[int, ...]]:
    """Run a graph whose outputs are shapes on a black picture."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        found = session.run(None, _black(session, height, width))
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        raise LowlightError(f"The network does not run on a picture of {width} x {height} pixels.") from error
    return (tuple(int(length) for length in shape) for shape in found)


def _black(session: ort.InferenceSession, height: int, width: int) -> dict[str, FloatImage]:
    """Return what a network is given for a black picture."""
    names = [one.name for one in session.get_inputs()]
    if len(names) == 1:
        return {names[0]: np.zeros((1, height, width, 3), np.float32)}
    rows, cols = (-(-side // PICTURE_STRIDE) * PICTURE_STRIDE for side in (height, width))
    shapes = {
        "picture": (rows, cols, 4),
        "thumbnail": (SQUARE, SQUARE, 4),
        "vertical": (rows // GUIDE_STRIDE, SQUARE // GUIDE_STRIDE),
        "horizontal": (cols // GUIDE_STRIDE, SQUARE // GUIDE_STRIDE),
    }
    return {name: np.zeros((1, *shape), np.float32) for name, shape in shapes.items()}
