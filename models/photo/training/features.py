"""Pooled backbone features of every picture, computed once and kept in the work folder."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

import packs
from backbone import Backbone
from picture import SIDE, tensor

BATCH = 16


def export_backbone(path: Path) -> None:
    torch.onnx.export(
        Backbone(),
        torch.zeros(1, 3, SIDE, SIDE),
        path,
        opset_version=13,
        dynamo=False,
        input_names=["image"],
        output_names=["features"],
        dynamic_axes={"image": {0: "n"}, "features": {0: "n"}},
    )


def run(pictures, backbone: Path) -> np.ndarray:
    """Features [n,1280] of the pictures, float16."""
    session = onnxruntime.InferenceSession(str(backbone))
    out, batch = [], []

    def flush():
        if batch:
            out.append(session.run(None, {"image": np.stack(batch)})[0].astype(np.float16))
            batch.clear()

    for picture in pictures:
        batch.append(tensor(picture))
        if len(batch) == BATCH:
            flush()
    flush()
    return np.concatenate(out)


def extract(data: Path, work: Path) -> None:
    """Fill `work` with backbone.onnx, features-packs.npy and features-test.npy where missing."""
    backbone = work / "backbone.onnx"
    if not backbone.exists():
        export_backbone(backbone)
    for name, pictures in (("packs", packs.pictures), ("test", packs.test_pictures)):
        target = work / f"features-{name}.npy"
        if not target.exists():
            np.save(target, run(pictures(data), backbone))


def load(work: Path, name: str) -> np.ndarray:
    return np.load(work / f"features-{name}.npy").astype(np.float32)
