"""Reading the training packs: pictures in tar files, labels, teacher sums."""

import csv
import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

PACKS = ("photos", "photos-more")
TEST = "photos-test"


def read_csv(path: Path) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def tags(data: Path) -> list[dict]:
    """The vocabulary: one row per tag, ids parsed into lists of integers."""
    rows = []
    for name in ("photos/tags.csv", "photos-more/tags-more.csv"):
        for row in read_csv(data / name):
            for key in ("imagenet_ids", "places_ids"):
                row[key] = [int(x) for x in row[key].split(";") if x]
            rows.append(row)
    return rows


def rows(data: Path) -> list[dict]:
    """All rows of both packs in stored order, with `pack` added."""
    out = []
    for pack in PACKS:
        for row in read_csv(data / pack / "labels.csv"):
            row["pack"] = pack
            out.append(row)
    return out


def pictures(data: Path):
    """Pictures of both packs in the order of `rows`, as PIL images."""
    for pack in PACKS:
        names = [row["file"] for row in read_csv(data / pack / "labels.csv")]
        position = 0
        for path in sorted((data / pack).glob("photos-*.tar")):
            with tarfile.open(path) as tar:
                for member in tar:
                    if not member.isfile():
                        continue
                    if member.name != names[position]:
                        raise ValueError(f"{path.name}: {member.name} is out of order")
                    position += 1
                    content = tar.extractfile(member).read()
                    yield Image.open(io.BytesIO(content)).convert("RGB")
        if position != len(names):
            raise ValueError(f"{pack}: {position} pictures for {len(names)} rows")


def test_rows(data: Path) -> list[dict]:
    return read_csv(data / TEST / "labels.csv")


def test_pictures(data: Path):
    for row in test_rows(data):
        yield Image.open(data / TEST / row["file"]).convert("RGB")


def label_matrices(rows_: list[dict], slugs: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Certain presence and certain absence, boolean [rows, tags]."""
    index = {slug: i for i, slug in enumerate(slugs)}
    yes = np.zeros((len(rows_), len(slugs)), bool)
    no = np.zeros_like(yes)
    for i, row in enumerate(rows_):
        for key, target in (("positive", yes), ("exclusive", no)):
            for slug in filter(None, row[key].split(";")):
                if slug in index:
                    target[i, index[slug]] = True
    no &= ~yes
    return yes, no


def teacher_sums(data: Path, tag_rows: list[dict], teacher: str) -> np.ndarray:
    """Teacher probability summed over each tag's classes, NaN where it knows none."""
    classes = {"imagenet": 1000, "places": 365}[teacher]
    parts = []
    for pack in PACKS:
        with np.load(data / pack / f"teacher_{teacher}.npz") as archive:
            idx, prob = archive["idx"], archive["prob"].astype(np.float32)
        full = np.zeros((len(idx), classes), np.float32)
        np.put_along_axis(full, idx.astype(np.int64), prob, axis=1)
        parts.append(full)
    full = np.concatenate(parts)
    out = np.full((len(full), len(tag_rows)), np.nan, np.float32)
    for column, row in enumerate(tag_rows):
        ids = row[f"{teacher}_ids"]
        if ids:
            out[:, column] = full[:, ids].sum(1)
    return out
