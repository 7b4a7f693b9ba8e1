"""What is done to an ONNX graph: names and order of its own, and nothing in it that changes nothing."""

from collections.abc import Mapping, Sequence

from onnx import GraphProto, NodeProto, helper


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


def _rename(nodes: Sequence[NodeProto], names: Mapping[str, str]) -> None:
    for node in nodes:
        for side in (node.input, node.output):
            side[:] = [names.get(name, name) for name in side]


def _in_order(graph: GraphProto, outputs: Sequence[str]) -> list[NodeProto]:
    """Return copies of the nodes that the outputs need, each after those that it needs itself.

    Args:
        graph: its nodes may lie in any order.
        outputs: names of what is needed.
    """
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output}
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
