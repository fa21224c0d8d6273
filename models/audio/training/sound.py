"""The sound pack: YAMNet with a head for Parlour's tags."""

import numpy as np

import backbones
import card
import extract
import features
import graph
import heads
import pack
import tagger
from dataset import HERE, ids, read_csv, vocabulary

RIDGE = None
DIMS = 256
NO_CLASS = -4.0
FEWEST_POSITIVES = 8
LEFT_TO_MUSIC = {"instrumental", "male-singing", "female-singing", "chillout", "experimental", "indie", "party", "calm", "energetic", "sad", "happy", "tense"}


def tag_classes():
    rows = {row["slug"]: row for row in read_csv(HERE / "classes.csv")}
    groups = {row["slug"]: row["group"] for row in vocabulary()}
    return {s: ids(r["yamnet"]) for s, r in rows.items() if groups[s] not in ("genre", "mood") and s not in LEFT_TO_MUSIC}


def make(clips, args):
    classes = tag_classes()
    positives = dict(zip(clips.slugs, (clips.labels == 1).sum(0)))
    slugs = [s for s in clips.slugs if s in classes and (classes[s] or (RIDGE is not None and positives[s] >= FEWEST_POSITIVES))]
    found = extract.run(clips, "yamnet", args.work, "all")
    floor = np.full((len(found.clip), len(slugs)), NO_CLASS, np.float32)
    for t, slug in enumerate(slugs):
        if classes[slug]:
            floor[:, t] = found.logits[:, classes[slug]].max(1)
    floor = np.clip(floor, heads.FLOOR_LOW, heads.FLOOR_HIGH)
    mean, projection = heads.whitening(found.hidden, 1.0 / np.bincount(found.clip)[found.clip], DIMS)
    x = (found.hidden - mean) @ projection
    measured = {s for s in slugs if positives[s] >= FEWEST_POSITIVES}
    head = tagger.make(x, floor, clips, found.clip, slugs, measured, RIDGE, features.SOUND.pool, (1.0, 0.0))
    folder = args.out / "sound"
    model = build(head, [classes[s] for s in slugs], mean, projection)
    top = {
        "id": "sound",
        "version": "1",
        "title": "Parlour sound tags",
        "task": "audio-tags",
        "licence": "MIT OR Apache-2.0",
        "credits": "YAMNet (Google, Apache-2.0)",
        "quality": card.quality(head, "clips whose source was left out of training"),
    }
    pack.write(folder, model, slugs, top, features.SOUND, head.shown)
    pack.write_golden(folder, features.SOUND)
    card.write_table(folder, head, args.work / "sound-table.md")


def build(head, classes, mean, projection):
    layers, (weight, bias), _ = backbones.yamnet()
    used = sorted({c for row in classes for c in row})
    place = {c: i for i, c in enumerate(used)}
    g = graph.Graph()
    hidden = graph.yamnet_body(g, "mel", layers)
    floor = graph.classes_to_tags(g, g.dense(hidden, weight[used].T, bias[used]), [[place[c] for c in row] for row in classes], NO_CLASS)
    return graph.finish(g, hidden, floor, head, mean, projection, (1, 1, features.SOUND.frames, features.SOUND.bands), "parlour-sound")
