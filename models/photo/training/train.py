"""From the training packs to the shipped photo pack: python train.py --data DIR --work DIR"""

import argparse
from pathlib import Path

import numpy as np

import card
import embedding
import export
import features
import golden
import pack
import packs
from backbone import Backbone, self_check


def source_weights(rows: list[dict]) -> np.ndarray:
    """Each source counts by the root of its size; the test photographs' collection not at all."""
    sources = np.array([row["source"] for row in rows])
    names, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    weights = (1 / np.sqrt(counts))[place]
    weights[sources == packs.TEST_COLLECTION] = 0
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of photos/, photos-more/, photos-test/")
    parser.add_argument("--work", type=Path, required=True, help="folder for features, kept between runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    print(f"folded network differs from the published one by {self_check():.1e}")
    features.extract(args.data, args.work)
    tags = [row for row in packs.tags(args.data) if row["imagenet_ids"]]
    slugs = [row["slug"] for row in tags]
    members = np.zeros((1000, len(tags)), np.float32)
    for column, row in enumerate(tags):
        members[row["imagenet_ids"], column] = 1

    weights = source_weights(packs.rows(args.data))[::4]
    centre, axes = embedding.projection(features.load(args.work, "packs")[::4], weights, 0.25)
    net = Backbone()
    classifier = net.class_weight.numpy(), net.class_bias.numpy()
    model = args.out / "model.onnx"
    export.write(args.work / "backbone.onnx", classifier, members, centre, axes, model)

    scores, places = golden.run_test(model, args.data)
    expected = golden.expected(features.load(args.work, "test"), classifier, members, centre, axes)
    difference = max(float(np.abs(a - b).max()) for a, b in zip((scores, places), expected))
    report = card.report(tags, packs.test_rows(args.data), scores, expected[0], difference)
    pack.write_labels(args.out, slugs)
    pack.write_vocabulary(args.out, tags)
    pack.write_manifest(args.out, slugs, card.quality(report))
    golden.write(args.out / "golden", model, slugs)
    card.write(args.out / "MODEL_CARD.md", report)


if __name__ == "__main__":
    main()
