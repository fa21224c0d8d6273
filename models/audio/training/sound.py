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

RIDGE = 10.0
EMBEDDING_DIMS, HEAD_DIMS = 256, 128
USELESS_AP = 0.3
NO_CLASS = -4.0
FEWEST_POSITIVES = 8
LEFT_TO_MUSIC = {"instrumental", "male-singing", "female-singing", "chillout", "experimental", "indie", "party", "calm", "energetic", "sad", "happy", "tense", "silence"}


def tag_classes():
    rows = {row["slug"]: row for row in read_csv(HERE / "classes.csv")}
    groups = {row["slug"]: row["group"] for row in vocabulary()}
    return {s: ids(r["yamnet"]) for s, r in rows.items() if groups[s] not in ("genre", "mood") and s not in LEFT_TO_MUSIC}


def make(clips, args):
    classes = tag_classes()
    positives = dict(zip(clips.slugs, (clips.labels == 1).sum(0)))
    sources = {s: len(set(clips.family[clips.labels[:, i] == 1])) for i, s in enumerate(clips.slugs)}
    # Without a class of the backbone, one source is too little to say what something sounds like.
    slugs = [s for s in clips.slugs if s in classes and (classes[s] or (positives[s] >= FEWEST_POSITIVES and sources[s] >= 2))]
    found = extract.run(clips, "yamnet", args.work, "all")
    floor = own_logits(found.logits, [classes[s] for s in slugs])
    share = 1.0 / np.bincount(found.clip)[found.clip]
    embed = heads.whitening(found.hidden, share, EMBEDDING_DIMS)
    view = heads.whitening(found.logits, share, HEAD_DIMS)
    measured = {s for s in slugs if positives[s] >= FEWEST_POSITIVES}
    head = tagger.make((found.logits - view[0]) @ view[1], floor, clips, found.clip, slugs, measured, RIDGE, features.SOUND.pool, [bool(classes[s]) for s in slugs])
    useless = {r["slug"] for r in head.rows if not classes[r["slug"]] and r["ours"] < USELESS_AP}
    kept = [i for i, s in enumerate(slugs) if s not in useless]
    head, slugs = tagger.keep(head, kept, slugs), [slugs[i] for i in kept]
    folder = args.out / "sound"
    model = build(head, [classes[s] for s in slugs], embed, view)
    top = {
        "id": "sound",
        "version": "1",
        "title": "Parlour sound tags",
        "task": "audio-tags",
        "licence": "MIT OR Apache-2.0",
        "credits": "YAMNet (Google, Apache-2.0)",
        "quality": card.quality(head, "clips whose source (or recording) was left out of training"),
    }
    pack.write(folder, model, slugs, top, features.SOUND, head.shown)
    pack.write_golden(folder, features.SOUND)
    card.write_table(folder, head, args.work / "sound-table.md")


def own_logits(logits, classes):
    floor = np.stack([logits[:, row].max(1) if row else np.full(len(logits), NO_CLASS) for row in classes], 1)
    return np.clip(floor, heads.FLOOR_LOW, heads.FLOOR_HIGH).astype(np.float32)


def build(head, classes, embed, view):
    layers, (weight, bias), _ = backbones.yamnet()
    used = sorted({c for row in classes for c in row})
    place = {c: i for i, c in enumerate(used)}
    g = graph.Graph()
    hidden = graph.yamnet_body(g, "mel", layers)
    floor = graph.classes_to_tags(g, g.dense(hidden, weight[used].T, bias[used]), [[place[c] for c in row] for row in classes], NO_CLASS)
    # The head sees all 521 logits, which are linear in the pooled features: both steps become one matrix.
    matrix = view[1] @ head.added
    added, offset = weight.T @ matrix, head.offset + (bias - view[0]) @ matrix
    return graph.finish(g, hidden, floor, (head.scale, offset, added), embed, (1, 1, features.SOUND.frames, features.SOUND.bands), "parlour-sound")
