"""The files of the pack beside the network: labels, vocabulary, manifest."""

import csv
import hashlib
from pathlib import Path

import packs
from calibrate import NEVER
from embedding import DIMS


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_labels(folder: Path, slugs: list[str]) -> None:
    (folder / "labels.txt").write_text("".join(f"{s}\n" for s in slugs))


def write_vocabulary(folder: Path, tag_rows: list[dict], slugs: list[str]) -> None:
    here = Path(__file__).parent
    aliases = {row["slug"]: row["aliases"] for row in packs.read_csv(here / "aliases.csv")}
    with open(folder / "vocabulary.csv", "w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow("slug name_en name_zh group parent aliases kinds".split())
        for row in tag_rows:
            if row["slug"] in slugs:
                parent = row["parent"] if row["parent"] in slugs else ""
                names = (row["name_en"].lower(), row["name_zh"])
                other = [a for a in aliases[row["slug"]].split(";") if a and a not in names]
                out.writerow(
                    [row["slug"], row["name_en"], row["name_zh"], row["group"], parent,
                     ";".join(other), "photo"]
                )


def write_manifest(folder: Path, fits: list, quality: str, version: str) -> None:
    model, labels = folder / "model.onnx", folder / "labels.txt"
    text = f"""format = 1
id = "photo"
version = "{version}"
title = "Parlour photo tags"
task = "photo-tags"
licence = "MIT OR Apache-2.0"
credits = "EfficientNet-Lite0 (Apache-2.0)"
quality = "{quality}"

[files]
model = "model.onnx"
model_sha256 = "{sha256(model)}"
labels = "labels.txt"
labels_sha256 = "{sha256(labels)}"

[input]
kind = "image"
name = "image"
width = 224
height = 224
layout = "nchw"
channels = "rgb"
mean = [127.0, 127.0, 127.0]
std = [128.0, 128.0, 128.0]
resize = "squash"
filter = "bilinear"

[output]
embedding = "embedding"
embedding_dims = {DIMS}
scores = "scores"
activation = "none"
"""
    for fit in fits:
        text += f"\n[labels.{fit.slug}]\nshow = {fit.show}\nsuggest = {fit.suggest}\n"
        if fit.show < NEVER and fit.precision == fit.precision:
            text += f"precision = {fit.precision:.2f}\n"
    (folder / "manifest.toml").write_text(text)
