"""Checks of the shipped file, and a small drawn picture with its answers for the loader's test."""

import itertools
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image, ImageDraw

import packs
from features import tensor


def draw() -> Image.Image:
    """A drawn landscape, 300 x 200: sky, sun, hills, a house, a tree, a lake."""
    y, x = np.mgrid[0:200, 0:300].astype(np.float32)
    sky = np.stack([90 + 0.6 * y, 150 + 0.45 * y, 235 - 0.1 * y], -1)
    picture = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((226, 18, 262, 54), fill=(255, 240, 170))
    pen.polygon([(0, 130), (70, 60), (130, 120), (190, 75), (300, 140), (300, 200), (0, 200)], fill=(96, 112, 120))
    pen.polygon([(70, 60), (54, 76), (66, 80), (78, 74), (88, 78)], fill=(244, 246, 250))
    pen.rectangle((0, 128, 300, 200), fill=(92, 148, 70))
    pen.ellipse((150, 150, 290, 192), fill=(70, 120, 176))
    pen.rectangle((40, 118, 96, 160), fill=(196, 90, 66))
    pen.polygon([(32, 120), (68, 90), (104, 120)], fill=(110, 50, 44))
    pen.rectangle((60, 136, 74, 160), fill=(70, 44, 30))
    pen.rectangle((126, 110, 134, 160), fill=(88, 60, 36))
    pen.ellipse((106, 70, 154, 126), fill=(40, 104, 48))
    noise = np.random.default_rng(7).normal(0, 5, (200, 300, 1))
    noisy = np.asarray(picture, np.float32) + noise + 3 * np.sin(x / 9)[..., None]
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).quantize(24).convert("RGB")


def write(folder: Path, model: Path, slugs: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    draw().save(folder / "scene.png", optimize=True)
    x = tensor(Image.open(folder / "scene.png"))
    embedding, scores = (o[0] for o in session(model).run(["embedding", "scores"], {"image": x[None]}))
    top = np.argsort(-scores)[:5]
    data = {
        "picture": "scene.png",
        "top": [[slugs[i], round(float(scores[i]), 5)] for i in top],
        "embedding_head": [round(float(v), 6) for v in embedding[:8]],
        "tensor_head": [round(float(v), 6) for v in x[0, 0, :12]],
        "tensor_mean": [round(float(v), 6) for v in x.mean(axis=(1, 2))],
        "tolerance": {"tensor": 0.012, "embedding": 0.01, "score": 0.02},
        "note": "tensor values are whole pixel values scaled, so one rounding step is 1/128 = 0.0078",
    }
    (folder / "golden.json").write_text(json.dumps(data, indent=1) + "\n")


def session(model: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(model))


def test_scores(model: Path, data: Path) -> np.ndarray:
    """Scores of the shipped file on the test photographs."""
    net = session(model)
    return np.concatenate(
        [net.run(["scores"], {"image": tensor(p)[None]})[0] for p in packs.test_pictures(data)]
    )


def agreement(tagger, model: Path, data: Path) -> float:
    """Largest difference between PyTorch and the shipped file on eight photographs."""
    net, worst = session(model), 0.0
    for picture in itertools.islice(packs.test_pictures(data), 8):
        x = tensor(picture)[None]
        with torch.no_grad():
            ours = tagger(torch.from_numpy(x))
        theirs = net.run(["embedding", "scores"], {"image": x})
        for a, b in zip(ours, theirs):
            worst = max(worst, float(np.abs(a.numpy() - b).max()))
    return worst
