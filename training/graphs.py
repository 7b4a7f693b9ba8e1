"""What is done to an ONNX graph: names and order of its own, weights in 16 bits, branches that run only when asked."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

_WORTH_HALVING = 256  # numbers


def halved(model: ModelProto) -> ModelProto:
    """Return a graph that stores in 16 bits what those hold exactly, as the frozen trunk's weights; the same answers.

    ONNX Runtime widens them once, when it opens the file.
    """
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _WORTH_HALVING:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if np.array_equal(half.astype(np.float32), values):
            wide, narrow = tensor.name, f"{tensor.name}_half"
            tensor.CopyFrom(numpy_helper.from_array(half, narrow))
            casts.append(helper.make_node("Cast", [narrow], [wide], name=wide, to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def trimmed(graph: GraphProto) -> GraphProto:
    """Return a graph without what the exporter puts behind a transposed convolution, lest its size be another.

    Forty nodes reckon the size that TensorFlow would give, and cut and fill the result to it. Where nothing is padded
    and the kernel leaves no gaps, that is the size it has.
    """
    users: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    names = {}
    for node in graph.node:
        if node.op_type != "ConvTranspose" or not _has_its_size(node):
            continue
        cut = [user for user in users[node.output[0]] if user.op_type == "Slice"]
        filled = [user for user in users[cut[0].output[0]] if user.op_type == "Pad"] if len(cut) == 1 else []
        if len(filled) == 1:
            names[filled[0].output[0]] = node.output[0]
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    return graph


def _has_its_size(node: NodeProto) -> bool:
    """Return whether a transposed convolution's output is as long as TensorFlow's without padding."""
    found = {attribute.name: attribute for attribute in node.attribute}
    if found.keys() & {"auto_pad", "output_padding", "output_shape", "pads"} or "kernel_shape" not in found:
        return False
    kernel = found["kernel_shape"].ints
    strides = found["strides"].ints if "strides" in found else [1] * len(kernel)
    return all(side >= step for side, step in zip(kernel, strides, strict=True))


def canonical(graph: GraphProto) -> GraphProto:
    """Return a graph with its nodes in an order, and all but its inputs and outputs under names, of their own.

    The exporter's depend on what the process did before, and on where things lay in memory.
    """
    outputs = sorted(graph.output, key=lambda value: value.name)
    nodes = _in_order(graph, [value.name for value in outputs])
    names = {value.name: value.name for value in (*graph.input, *graph.output)}
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = []
    for index, node in enumerate(nodes):
        for name in node.input:
            if name in stored and name not in names:
                names[name] = f"weight_{len(weights)}"
                weights.append(stored[name])
        for place, name in enumerate(node.output):
            names.setdefault(name, f"{node.op_type}_{index}" + (f"_{place}" if place else ""))
    _rename(nodes, names)
    for index, node in enumerate(nodes):
        node.name = f"{node.op_type}_{index}"
        attributes = sorted(node.attribute, key=lambda attribute: attribute.name)
        del node.attribute[:]
        node.attribute.extend(attributes)
    for tensor in weights:
        tensor.name = names[tensor.name]
    inputs = sorted(graph.input, key=lambda value: value.name)
    return helper.make_graph(nodes, "network", inputs, outputs, weights)


def on_demand(model: ModelProto, answer: str, given: str) -> ModelProto:
    """Return a graph that computes one of its outputs only where it is not given.

    An `If` takes its place: where all of the input ``given`` is positive, the output is that input as it is; otherwise
    it is computed as before. ONNX Runtime computes every output, whichever is asked for, but one branch alone.

    Args:
        model: its output ``answer`` is computed from ``given`` and others; what needs it gets it from the branch.
        answer: the output's name.
        given: the input's name; of the same shape and type.
    """
    graph = model.graph
    others = [value.name for value in graph.output if value.name != answer]
    (kind,) = (value.type for value in graph.output if value.name == answer)
    inside = _in_order(graph, [answer])
    outside = _in_order(graph, others, {answer})
    used = {name for node in outside for name in node.input}
    stored = [tensor for tensor in graph.initializer if tensor.name not in used]
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    _rename(inside, {name: f"{name}_asked" for node in inside for name in node.output})  # unique in all scopes
    found, same = (helper.make_value_info(name, kind) for name in (f"{answer}_asked", f"{answer}_{given}"))
    branches = {
        "then_branch": helper.make_graph([helper.make_node("Identity", [given], [same.name])], given, [], [same]),
        "else_branch": helper.make_graph(inside, answer, [], [found], stored),
    }
    choice = [
        helper.make_node("ReduceMin", [given], [f"{given}_least"], f"{given}_least", keepdims=0),
        helper.make_node("Greater", [f"{given}_least", "nothing"], [f"{given}_told"], f"{given}_told"),
        helper.make_node("If", [f"{given}_told"], [answer], answer, **branches),
    ]
    kept.append(helper.make_tensor("nothing", TensorProto.FLOAT, [], [0]))
    graph.CopyFrom(helper.make_graph([*choice, *outside], graph.name, graph.input, graph.output, kept))
    return model


def inlined(model: ModelProto) -> ModelProto:
    """Return a copy of a graph that computes both branches of every `If` and then chooses: the same answers.

    So its operations and weights lie in one list. Both branches' outputs must be of one shape.
    """
    copy = ModelProto()
    copy.CopyFrom(model)
    while branching := [node for node in copy.graph.node if node.op_type == "If"]:
        first = branching[0]
        place = list(copy.graph.node).index(first)
        found = {attribute.name: attribute.g for attribute in first.attribute}
        nodes, choices = [], []
        for name in ("then_branch", "else_branch"):
            inner, ends, stored = _moved(found[name], f"{first.output[0]}_{name}_")
            nodes += inner
            choices.append(ends)
            copy.graph.initializer.extend(stored)
        nodes += [
            helper.make_node("Where", [first.input[0], *ends], [output])
            for output, *ends in zip(first.output, *choices, strict=True)
        ]
        nodes = [*copy.graph.node[:place], *nodes, *copy.graph.node[place + 1 :]]
        del copy.graph.node[:]
        copy.graph.node.extend(nodes)
    return copy


def _moved(branch: GraphProto, prefix: str) -> tuple[list[NodeProto], list[str], list[TensorProto]]:
    """Return a branch's nodes, the names of its outputs, and its weights, all under names of their own."""
    own = {name: prefix + name for node in branch.node for name in node.output}
    own |= {tensor.name: prefix + tensor.name for tensor in branch.initializer}
    nodes, stored = list(branch.node), list(branch.initializer)
    _rename(nodes, own)
    for tensor in stored:
        tensor.name = own[tensor.name]
    return nodes, [own.get(value.name, value.name) for value in branch.output], stored


def _rename(nodes: Sequence[NodeProto], names: Mapping[str, str]) -> None:
    for node in nodes:
        for side in (node.input, node.output):
            side[:] = [names.get(name, name) for name in side]


def _in_order(graph: GraphProto, outputs: Sequence[str], known: Collection[str] = ()) -> list[NodeProto]:
    """Return copies of the nodes that the outputs need, each after those that it needs itself.

    Args:
        graph: its nodes may lie in any order.
        outputs: names of what is needed.
        known: names of what is there already.
    """
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name not in known}
    ordered: dict[int, NodeProto] = {}
    waiting = [makers[name] for name in reversed(outputs)]
    while waiting:
        index = waiting[-1]
        missing = [makers[name] for name in graph.node[index].input if name in makers and makers[name] not in ordered]
        if index not in ordered and missing:
            waiting.extend(reversed(missing))
            continue
        waiting.pop()
        if index not in ordered:
            ordered[index] = NodeProto()
            ordered[index].CopyFrom(graph.node[index])
    return list(ordered.values())
