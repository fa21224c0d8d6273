"""One graph from picture to embedding and calibrated probabilities, and its small file form."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from backbone import SIDE, Backbone
from heads import KNOWN_CLIP

BYTES = "class_weight"  # stored as int8 with one scale a column
FLAGS = "members"  # zeros and ones


class Tagger(nn.Module):
    """image [1,3,224,224] to embedding [1,256] (unit length) and scores [1,labels]."""

    def __init__(self, backbone: Backbone, members, scale, weight, bias, centre, axes):
        super().__init__()
        self.backbone = backbone
        self.class_weight = nn.Parameter(backbone.class_weight.T.contiguous())
        self.class_bias = nn.Parameter(backbone.class_bias.clone())
        tensor = lambda x: nn.Parameter(torch.as_tensor(np.ascontiguousarray(x), dtype=torch.float32))
        self.members = tensor(members)  # [1000, labels]
        self.scale = tensor(scale)  # [labels]
        self.weight = tensor(weight)  # [256, labels]
        self.bias = tensor(bias)
        self.axes = tensor(axes)  # [1280, 256]
        self.shift = tensor(-centre @ axes)
        del backbone.class_weight, backbone.class_bias
        self.eval()
        self.round_storage()

    @torch.no_grad()
    def round_storage(self) -> None:
        """Round the weights to what the file will hold."""
        for name, p in self.named_parameters():
            if name == BYTES:
                step = p.abs().amax(0, keepdim=True) / 127
                p.copy_((p / step).round() * step)
            elif p.ndim > 1:
                p.copy_(p.half().float())

    def forward(self, image):
        features = self.backbone(image)
        place = features @ self.axes + self.shift
        mass = torch.softmax(features @ self.class_weight + self.class_bias, dim=1) @ self.members
        mass = mass.clamp(1e-7, 1 - 1e-7)
        known = (torch.log(mass) - torch.log(1 - mass)).clamp(-KNOWN_CLIP, KNOWN_CLIP)
        scores = torch.sigmoid(known * self.scale + (place @ self.weight + self.bias))
        length = torch.sqrt((place * place).sum(dim=1, keepdim=True) + 1e-12)
        return place / length, scores


def _fuse_pads(graph, paddings: list) -> None:
    """Move the zero padding in front of a convolution into the convolution.

    `paddings` are those of the module, in the order of execution.
    """
    pads = [n for n in graph.node if n.op_type == "Pad"]
    if len(pads) != len(paddings):
        raise ValueError(f"{len(pads)} pad nodes for {len(paddings)} padding layers")
    for pad, (left, right, top, bottom) in zip(pads, paddings):
        conv = next(n for n in graph.node if n.input and n.input[0] == pad.output[0])
        if conv.op_type != "Conv":
            raise ValueError(f"a pad node feeds {conv.op_type}")
        conv.input[0] = pad.input[0]
        attribute = next(a for a in conv.attribute if a.name == "pads")
        attribute.ints[:] = [top, left, bottom, right]
        graph.node.remove(pad)


def _drop_unused(graph) -> None:
    outputs = {output.name for output in graph.output}
    while True:
        used = {name for node in graph.node for name in node.input} | outputs
        unused = [n for n in graph.node if not used.intersection(n.output)]
        for node in unused:
            graph.node.remove(node)
        if not unused:
            break
    for item in [t for t in graph.initializer if t.name not in used]:
        graph.initializer.remove(item)


def _shrink(graph) -> None:
    """Store weights in fewer bytes, with the way back to float32 as the first nodes."""
    head, kept = [], []
    for item in graph.initializer:
        array = numpy_helper.to_array(item)
        if array.dtype != np.float32 or array.ndim < 2 or array.size < 64:
            kept.append(item)
            continue
        stored = item.name + ".stored"
        if item.name == BYTES:
            step = np.abs(array).max(0, keepdims=True) / np.float32(127)
            raw, wide = np.rint(array / step).astype(np.int8), item.name + ".wide"
            kept.append(numpy_helper.from_array(step.astype(np.float32), item.name + ".step"))
            head.append(helper.make_node("Cast", [stored], [wide], to=TensorProto.FLOAT))
            head.append(helper.make_node("Mul", [wide, item.name + ".step"], [item.name]))
        else:
            raw = array.astype(np.int8 if item.name == FLAGS else np.float16)
            head.append(helper.make_node("Cast", [stored], [item.name], to=TensorProto.FLOAT))
        kept.append(numpy_helper.from_array(raw, stored))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes = head + list(graph.node)
    for number, node in enumerate(nodes):
        node.name = f"n{number}"
    del graph.node[:]
    graph.node.extend(nodes)


def write(tagger: Tagger, path: Path) -> None:
    torch.onnx.export(
        tagger,
        torch.zeros(1, 3, SIDE, SIDE),
        path,
        opset_version=13,
        dynamo=False,
        input_names=["image"],
        output_names=["embedding", "scores"],
    )
    model = onnx.load(path)
    paddings = [m.padding for m in tagger.modules() if isinstance(m, nn.ZeroPad2d)]
    _fuse_pads(model.graph, paddings)
    _drop_unused(model.graph)
    _shrink(model.graph)
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
    model.producer_name, model.producer_version = "parlour", "1"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
