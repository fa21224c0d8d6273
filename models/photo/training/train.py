"""From the training packs to the shipped photo pack: python train.py --data DIR --work DIR"""

import argparse
from pathlib import Path

import numpy as np
import torch

import calibrate
import card
import embedding
import export
import features
import golden
import heads
import measure
import pack
import packs
from backbone import Backbone, self_check

VERSION = "2"
DECAY = 3e-2
EMBEDDING_POWER = 0.25


class Everything:
    """All arrays of a run: labels, teachers, features of each view, known log-odds."""

    def __init__(self, data: Path, work: Path, variants: int):
        self.tags = packs.tags(data)
        self.slugs = [t["slug"] for t in self.tags]
        self.ids = [t["imagenet_ids"] for t in self.tags]
        self.has_classes = np.array([bool(i) for i in self.ids])
        self.rows = packs.rows(data)
        self.sources = np.array([r["source"] for r in self.rows])
        self.classes = np.array([r["source"] + "/" + r["source_class"] for r in self.rows])
        split = np.array([r["split"] for r in self.rows])
        self.trusted = (split != "test") & ~np.isin(self.sources, list(heads.LEFT_OUT))
        yes, no = packs.label_matrices(self.rows, self.slugs)
        imagenet = packs.teacher_sums(data, self.tags, "imagenet")
        places = packs.teacher_sums(data, self.tags, "places")
        self.target = heads.targets(yes, no, imagenet, places, self.sources, self.trusted)
        self.fold = np.array([heads.fold_of(s) for s in self.sources])
        self.net = Backbone()
        self.members = heads.members_of(self.ids)
        clean = features.load(work, 0)
        weights = np.zeros(len(clean))
        for source in set(self.sources[self.trusted]):
            rows = (self.sources == source) & self.trusted
            weights[rows] = 1 / np.sqrt(rows.sum())
        self.centre, self.axes = embedding.projection(clean[::4], weights[::4], EMBEDDING_POWER)
        self.views = [self.view(clean if v == 0 else features.load(work, v)) for v in range(variants)]
        self.test = self.view(features.load(work, "test"))
        self.test_rows = packs.test_rows(data)

    def view(self, x: np.ndarray):
        """Places (the embedding before its length is made 1) and known log-odds."""
        fc = self.net.class_weight.numpy(), self.net.class_bias.numpy()
        return (x - self.centre) @ self.axes, heads.known_logits(x, *fc, self.members)


def left_out_logits(every: Everything, decay) -> np.ndarray:
    """Head log-odds of every row from a head that saw no row of its fold."""
    out = np.zeros(every.target.value.shape, np.float32)
    for number in range(len(heads.FOLDS)):
        rows = np.flatnonzero(every.trusted & (every.fold != number))
        head = heads.train(every.views, every.target, rows, every.has_classes, decay)
        held = every.fold == number
        x, known = every.views[0]
        out[held] = head.logits(x[held], known[held])
    return out


def fit_labels(every: Everything, left_out: np.ndarray) -> list[calibrate.Fit]:
    fits = []
    for k, slug in enumerate(every.slugs):
        held = every.fold >= 0
        t = every.target
        fits.append(
            calibrate.fit(
                slug, left_out[held, k], every.views[0][1][held, k], every.has_classes[k],
                t.yes[held, k], t.no[held, k], t.weak[held, k], every.sources[held],
            )
        )
    return fits


def combine(every: Everything, head: heads.Head, fits, keep):
    """The linear parts of the exported graph for the labels that stay."""
    weight, bias, scale = head.weight.copy(), head.bias.copy(), head.scale.copy()
    for k, fit in enumerate(fits):
        if fit.form == "backbone":
            weight[:, k], bias[k], scale[k] = 0.0, fit.offset, fit.slope
        else:
            weight[:, k] *= fit.slope
            bias[k] = bias[k] * fit.slope + fit.offset
            scale[k] *= fit.slope
    return every.members[:, keep], scale[keep], weight[:, keep], bias[keep]


def floor(every: Everything, threshold: float) -> dict:
    """The untouched network: its ImageNet classes summed into tags."""
    scores = 1 / (1 + np.exp(-np.where(every.has_classes, every.test[1], -20)))
    truth = measure.test_truth(every.test_rows, every.slugs)
    return measure.summary(scores >= threshold, truth, every.slugs)


def embedding_report(every: Everything, plain: np.ndarray) -> dict:
    """Neighbours of the same class among 10, over sources with fine classes; plain features beside."""
    out = {}
    for source in ("caltech101", "sports100", "monkeys"):
        rows = np.flatnonzero(every.sources == source)[::2]
        classes = np.unique(every.classes[rows], return_inverse=True)[1]
        chosen = plain[rows].astype(np.float32)
        unit = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
        ours = embedding.embed(every.views[0][0][rows])
        out[source] = embedding.hits_at(unit, classes), embedding.hits_at(ours, classes)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of photos/, photos-more/, photos-test/")
    parser.add_argument("--work", type=Path, required=True, help="folder for features, kept between runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--variants", type=int, default=1, help="views of each picture: one clean, others damaged")
    parser.add_argument("--decay", type=float, default=DECAY)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(1)  # small products: more threads only wait for each other
    args.work.mkdir(parents=True, exist_ok=True)
    print(f"folded network differs from the published one by {self_check():.1e}")
    features.extract(args.data, args.work, args.variants, args.jobs)
    every = Everything(args.data, args.work, args.variants)

    fits = fit_labels(every, left_out_logits(every, args.decay))
    keep = [k for k, fit in enumerate(fits) if fit.form != "never"]
    head = heads.train(
        every.views, every.target, np.flatnonzero(every.trusted), every.has_classes, args.decay
    )
    parts = combine(every, head, fits, keep)
    slugs = [every.slugs[k] for k in keep]
    kept = [fits[k] for k in keep]
    tagger = export.Tagger(every.net, *parts, every.centre, every.axes)
    export.write(tagger, args.out / "model.onnx")
    difference = golden.agreement(tagger, args.out / "model.onnx", args.data)
    pack.write_labels(args.out, slugs)
    pack.write_vocabulary(args.out, every.tags, slugs)
    scores = golden.test_scores(args.out / "model.onnx", args.data)
    report = card.report(every, fits, kept, slugs, scores, [floor(every, 0.3), floor(every, 0.5)])
    report["embedding"] = embedding_report(every, features.load(args.work, 0))
    report["difference"] = difference
    pack.write_manifest(args.out, kept, card.quality(report), VERSION)
    golden.write(args.out / "golden", args.out / "model.onnx", slugs)
    card.write(args.out / "MODEL_CARD.md", every, fits, kept, report)


if __name__ == "__main__":
    main()
