"""Reading the training packs: pictures in tar files, labels, the vocabulary."""

import csv
import io
import tarfile
from pathlib import Path

from PIL import Image

PACKS = ("photos", "photos-more")
TEST = "photos-test"
TEST_COLLECTION = "flickr1000"  # where the test photographs come from


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
