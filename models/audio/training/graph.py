"""ONNX graphs from arrays: only simple operators, weights stored as float16 (large kernels as int8) and cast to float32."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
BATCH_NORM_EPSILON = 1e-3


class Graph:
    """Collects nodes and weights; every method returns the name of its result."""

    def __init__(self, half=True):
        self.nodes, self.weights, self.half, self.count = [], [], half, 0

    def name(self, hint):
        self.count += 1
        return f"{hint}_{self.count}"

    def add(self, op, inputs, out=None, **attrs):
        out = out or self.name(op.lower())
        self.nodes.append(helper.make_node(op, inputs, [out], name=out, **attrs))
        return out

    def weight(self, array, exact=False):
        """A constant; matrices and kernels are stored as float16 unless `exact`."""
        array = np.array(array, np.float32, order="C")
        name = self.name("w")
        if exact or not self.half or array.size < 64:
            self.weights.append(numpy_helper.from_array(array, name))
            return name
        self.weights.append(numpy_helper.from_array(array.astype(np.float16), name))
        return self.add("Cast", [name], to=TensorProto.FLOAT)

    def kernel(self, array):
        """A convolution kernel [out, ...]; large ones are stored as int8 with one scale per output channel."""
        if not self.half or array.size < 300_000:
            return self.weight(array)
        scale = np.abs(array).reshape(len(array), -1).max(1) / 127.0
        scale = np.maximum(scale, 1e-12).reshape([-1] + [1] * (array.ndim - 1)).astype(np.float32)
        name = self.name("w")
        self.weights.append(numpy_helper.from_array(np.round(array / scale).astype(np.int8), name))
        return self.add("Mul", [self.add("Cast", [name], to=TensorProto.FLOAT), self.weight(scale, exact=True)])

    def shape(self, dims):
        name = self.name("shape")
        self.weights.append(numpy_helper.from_array(np.array(dims, np.int64), name))
        return name

    def conv(self, x, weight, bias, strides=(1, 1), pads=(0, 0, 0, 0), groups=1):
        inputs = [x, self.kernel(weight), self.weight(bias, exact=True)]
        return self.add("Conv", inputs, kernel_shape=list(weight.shape[2:]), strides=list(strides), pads=list(pads), group=groups, dilations=[1, 1])

    def affine(self, x, scale, shift):
        return self.add("Add", [self.add("Mul", [x, self.weight(scale, exact=True)]), self.weight(shift, exact=True)])

    def dense(self, x, weight, bias, out=None):
        """x [n, in] times weight [in, out] plus bias."""
        return self.add("Add", [self.add("MatMul", [x, self.weight(weight)]), self.weight(bias, exact=True)], out)

    def unit_length(self, x, out=None):
        length = self.add("Sqrt", [self.add("ReduceSum", [self.add("Mul", [x, x]), self.shape([1])], keepdims=1)])
        return self.add("Div", [x, self.add("Add", [length, self.weight(np.array([1e-6]))])], out)

    def model(self, name, inputs, outputs):
        """`inputs` and `outputs`: lists of (name, shape)."""
        infos = [[helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in group] for group in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, name, infos[0], infos[1], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="parlour")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def classes_to_tags(graph, logits, classes_of_tag, without):
    """logits [n,c] to [n,t]: the highest logit among the classes of each tag, `without` where a tag has none."""
    widest = max(len(x) for x in classes_of_tag)
    index = np.array([list(x) + [x[0]] * (widest - len(x)) if x else [0] * widest for x in classes_of_tag], np.int64)
    name = graph.name("index")
    graph.weights.append(numpy_helper.from_array(index, name))
    best = graph.add("ReduceMax", [graph.add("Gather", [logits, name], axis=1)], axes=[2], keepdims=0)
    has = np.array([[1.0 if x else 0.0 for x in classes_of_tag]])
    best = graph.affine(best, has, (1.0 - has) * without)
    return graph.add("Clip", [best, graph.weight(np.array(-14.0), exact=True), graph.weight(np.array(14.0), exact=True)])


def yamnet_body(graph, mel, layers):
    """mel [n,1,96,64] to the pooled features [n,1024]."""
    x = mel
    for weight, bias, groups, strides, pads in layers:
        x = graph.add("Relu", [graph.conv(x, weight, bias, strides, pads, groups)])
    return graph.add("Flatten", [graph.add("GlobalAveragePool", [x])], axis=1)


def musicnn_body(graph, mel, arrays):
    """mel [n,1,187,96] to the 200 penultimate features of one musicnn."""

    def norm_of(index):
        part = {k: arrays[f"batch_normalization{index}/{k}"] for k in ("beta", "gamma", "moving_mean", "moving_variance")}
        scale = part["gamma"] / np.sqrt(part["moving_variance"] + BATCH_NORM_EPSILON)
        return scale, part["beta"] - part["moving_mean"] * scale

    def norm(x, index):
        scale, shift = norm_of(index)
        return graph.affine(x, scale.reshape(1, -1, 1, 1), shift.reshape(1, -1, 1, 1))

    def conv(x, index, pads):
        weight = arrays[f"conv2d{index}/kernel"]
        if weight.shape[2] == 1 and weight.shape[1] in (64, 561):
            weight = weight.transpose(3, 1, 0, 2)
        else:
            weight = weight.transpose(3, 2, 0, 1)
        return graph.add("Relu", [graph.conv(x, weight, arrays[f"conv2d{index}/bias"], pads=pads)])

    x = norm(mel, "")
    front = []
    for conv_index, norm_index, pads in (("", "_1", (3, 0, 3, 0)), ("_1", "_2", (3, 0, 3, 0)), ("_2", "_3", (63, 0, 64, 0)), ("_3", "_4", (31, 0, 32, 0)), ("_4", "_5", (15, 0, 16, 0))):
        y = norm(conv(x, conv_index, pads), norm_index)
        front.append(graph.add("ReduceMax", [y], axes=[3], keepdims=1))
    front = graph.add("Concat", front, axis=1)
    one = norm(conv(front, "_5", (3, 0, 3, 0)), "_6")
    two = graph.add("Add", [norm(conv(one, "_6", (3, 0, 3, 0)), "_7"), one])
    three = graph.add("Add", [norm(conv(two, "_7", (3, 0, 3, 0)), "_8"), two])
    whole = graph.add("Concat", [front, one, two, three], axis=1)
    highest = graph.add("Flatten", [graph.add("ReduceMax", [whole], axes=[2, 3], keepdims=1)], axis=1)
    mean = graph.add("Flatten", [graph.add("GlobalAveragePool", [whole])], axis=1)
    scale, shift = norm_of("_9")
    kernel = arrays["dense/kernel"]
    bias = arrays["dense/bias"] + shift @ kernel
    kernel = scale[:, None] * kernel
    kernel = np.concatenate([kernel[0::2], kernel[1::2]])
    x = graph.add("Relu", [graph.dense(graph.add("Concat", [highest, mean], axis=1), kernel, bias)])
    scale, shift = norm_of("_10")
    return graph.affine(x, scale.reshape(1, -1), shift.reshape(1, -1))


def finish(graph, hidden, floor, head, embed, input_shape, name):
    """Adds the embedding and the tag scores, and returns the whole model; `head` is (scale, offset, weights on `hidden`)."""
    (scale, offset, added), (mean, projection) = head, embed
    graph.unit_length(graph.dense(hidden, projection, -(mean @ projection)), "embedding")
    logits = graph.add("Add", [graph.affine(floor, scale[None], offset[None]), graph.add("MatMul", [hidden, graph.weight(added)])])
    graph.add("Sigmoid", [logits], "scores")
    outputs = [("embedding", [1, projection.shape[1]]), ("scores", [1, len(scale)])]
    return graph.model(name, [("mel", list(input_shape))], outputs)
