"""The shipped graph: picture to embedding and scores, in few bytes and simple operators."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from embedding import DIMS
from picture import SIDE


def _fuse_pads(graph) -> None:
    """Move the padding in front of strided convolutions into them (at 224 px: 0,1 for 3x3, 1,2 for 5x5)."""
    for pad in [n for n in graph.node if n.op_type == "Pad"]:
        conv = next(n for n in graph.node if n.input and n.input[0] == pad.output[0])
        attributes = {a.name: a for a in conv.attribute}
        before, after = {3: (0, 1), 5: (1, 2)}[attributes["kernel_shape"].ints[0]]
        attributes["pads"].ints[:] = [before, before, after, after]
        conv.input[0] = pad.input[0]
        graph.node.remove(pad)


def _half_weights(graph) -> list:
    """Store weights as float16; the nodes that widen them again are returned."""
    widen = []
    for item in list(graph.initializer):
        array = numpy_helper.to_array(item)
        if array.dtype == np.float32 and array.ndim > 1 and array.size >= 64:
            graph.initializer.remove(item)
            graph.initializer.append(
                numpy_helper.from_array(array.astype(np.float16), item.name + ".stored")
            )
            widen.append(helper.make_node("Cast", [item.name + ".stored"], [item.name], to=TensorProto.FLOAT))
    return widen


def _used(nodes: list, outputs: set) -> list:
    while True:
        wanted = {name for node in nodes for name in node.input} | outputs
        kept = [node for node in nodes if wanted.intersection(node.output)]
        if len(kept) == len(nodes):
            return kept
        nodes = kept


def write(backbone: Path, classifier, members: np.ndarray, centre, axes, path: Path) -> None:
    """Add classifier (weight [1000,1280], bias), class sums [1000,labels] and projection to the backbone."""
    model = onnx.load(backbone)
    graph = model.graph
    features = graph.output[0].name
    _fuse_pads(graph)
    first = _half_weights(graph)
    weight, bias = classifier
    weight = weight.T
    step = np.abs(weight).max(0, keepdims=True) / np.float32(127)
    constants = {
        "class_weight.stored": np.rint(weight / step).astype(np.int8),
        "class_weight.step": step.astype(np.float32),
        "class_bias": bias.astype(np.float32),
        "members.stored": members.astype(np.int8),
        "axes.stored": axes.astype(np.float16),
        "shift": (-centre @ axes).astype(np.float32),
        "tiny": np.array([1e-12], np.float32),
        "unit_scale": np.array([DIMS**-0.5], np.float32),
        "zero": np.array(0, np.float32),
        "unity": np.array(1, np.float32),
    }
    for name, array in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    node = helper.make_node
    first += [
        node("Cast", ["class_weight.stored"], ["class_weight.wide"], to=TensorProto.FLOAT),
        node("Mul", ["class_weight.wide", "class_weight.step"], ["class_weight"]),
        node("Cast", ["members.stored"], ["members"], to=TensorProto.FLOAT),
        node("Cast", ["axes.stored"], ["axes"], to=TensorProto.FLOAT),
    ]
    last = [
        node("MatMul", [features, "axes"], ["turned"]),
        node("Add", ["turned", "shift"], ["place"]),
        node("Mul", ["place", "place"], ["square"]),
        node("ReduceMean", ["square"], ["mean_square"], axes=[1], keepdims=1),
        node("Add", ["mean_square", "tiny"], ["safe_square"]),
        node("Sqrt", ["safe_square"], ["size"]),
        node("Div", ["place", "size"], ["direction"]),
        node("Mul", ["direction", "unit_scale"], ["embedding"]),
        node("MatMul", [features, "class_weight"], ["weighed"]),
        node("Add", ["weighed", "class_bias"], ["logits"]),
        node("Softmax", ["logits"], ["mass"], axis=1),
        node("MatMul", ["mass", "members"], ["sums"]),
        node("Clip", ["sums", "zero", "unity"], ["scores"]),
    ]
    nodes = _used(first + list(graph.node) + last, {"embedding", "scores"})
    for number, item in enumerate(nodes):
        item.name, item.doc_string = f"n{number}", ""
    del graph.node[:], graph.value_info[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    wanted = {name for item in nodes for name in item.input}
    for item in [t for t in graph.initializer if t.name not in wanted]:
        graph.initializer.remove(item)
    value = helper.make_tensor_value_info
    graph.input.append(value("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE]))
    graph.output.extend(
        [
            value("embedding", TensorProto.FLOAT, [1, DIMS]),
            value("scores", TensorProto.FLOAT, [1, members.shape[1]]),
        ]
    )
    model.producer_name, model.producer_version = "parlour", "1"
    onnx.save(model, path)
