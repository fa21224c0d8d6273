"""Pooled backbone features of every picture, computed once and kept in the work folder."""

import io
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image, ImageEnhance, ImageFilter

import packs
from backbone import FEATURES, MEAN, SIDE, STD, Backbone

BATCH = 16


def tensor(picture: Image.Image) -> np.ndarray:
    """The network's input for a picture: squashed to 224 x 224, [3,224,224] float32."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


def damage(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A random crop, stretch, colour change, blur, loss of size or JPEG damage."""
    width, height = picture.size
    keep = random.uniform(0.72, 1.0)
    stretch = random.uniform(0.85, 1.18)
    w = min(width, max(16, round(width * keep * min(1.0, stretch))))
    h = min(height, max(16, round(height * keep * min(1.0, 1 / stretch))))
    left = int(random.integers(0, width - w + 1))
    top = int(random.integers(0, height - h + 1))
    picture = picture.crop((left, top, left + w, top + h))
    if random.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if random.random() < 0.15:
        picture = picture.rotate(random.uniform(-8, 8), Image.Resampling.BILINEAR, fillcolor=(127, 127, 127))
    if random.random() < 0.35:
        side = int(random.integers(56, 128))
        picture = picture.resize((side, side), Image.Resampling.BILINEAR)
    if random.random() < 0.5:
        picture = ImageEnhance.Brightness(picture).enhance(random.uniform(0.6, 1.35))
        picture = ImageEnhance.Contrast(picture).enhance(random.uniform(0.7, 1.35))
        picture = ImageEnhance.Color(picture).enhance(random.uniform(0.5, 1.5))
    if random.random() < 0.12:
        picture = picture.convert("L").convert("RGB")
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    if random.random() < 0.45:
        picture = picture.filter(ImageFilter.UnsharpMask(1.5, int(random.integers(60, 220)), 1))
    elif random.random() < 0.2:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.4, 2.0)))
    if random.random() < 0.3:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(random.integers(25, 90)))
        picture = Image.open(buffer).convert("RGB")
    return picture


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


def run(pictures, backbone: Path, variant: int) -> np.ndarray:
    """Features [n,1280] of the pictures; variant 0 is clean, others are damaged."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(backbone), options)
    out, batch = [], []

    def flush():
        if batch:
            out.append(session.run(None, {"image": np.stack(batch)})[0].astype(np.float16))
            batch.clear()

    for number, picture in enumerate(pictures):
        if variant:
            picture = damage(picture, np.random.default_rng([20261122, variant, number]))
        batch.append(tensor(picture))
        if len(batch) == BATCH:
            flush()
    flush()
    return np.concatenate(out) if out else np.zeros((0, FEATURES), np.float16)


def _packs_task(data: Path, backbone: Path, variant: int, target: Path) -> None:
    found = run(packs.pictures(data), backbone, variant)
    np.save(target, found)


def extract(data: Path, work: Path, variants: int, jobs: int) -> None:
    """Fill `work` with features-VARIANT.npy and features-test.npy where missing."""
    backbone = work / "backbone.onnx"
    if not backbone.exists():
        export_backbone(backbone)
    test = work / "features-test.npy"
    if not test.exists():
        np.save(test, run(packs.test_pictures(data), backbone, 0))
    missing = [v for v in range(variants) if not (work / f"features-{v}.npy").exists()]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        tasks = [
            pool.submit(_packs_task, data, backbone, v, work / f"features-{v}.npy")
            for v in missing
        ]
        for task in tasks:
            task.result()


def load(work: Path, variant) -> np.ndarray:
    return np.load(work / f"features-{variant}.npy").astype(np.float32)
