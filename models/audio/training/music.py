"""The music pack: both small musicnn networks (MagnaTagATune and Million Song Dataset) with a head for Parlour's tags."""

import numpy as np

import backbones
import card
import extract
import features
import graph
import heads
import pack
import tagger
from dataset import HERE, read_csv, vocabulary

RIDGE = 30.0
DIMS = 200
NO_CLASS = -4.0
FEWEST_POSITIVES = 8
USELESS_AP = 0.3
MTT = [
    "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano", "ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera",
    "male", "singing", "vocals", "no vocals", "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop", "soft", "sitar", "solo", "man", "classic", "choir",
    "voice", "new age", "dance", "male voice", "female vocal", "beats", "harp", "cello", "no voice", "weird", "country", "metal", "female voice", "choral",
]  # fmt: skip
MSD = [
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists",
    "classic rock", "soul", "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic",
    "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy", "catchy", "funk", "electro", "heavy metal", "Progressive rock",
    "60s", "rnb", "indie pop", "sad", "House", "happy",
]  # fmt: skip


def tag_classes():
    """slug -> (MTT class numbers, MSD class numbers counted from 50)."""
    out = {}
    for row in read_csv(HERE / "classes.csv"):
        names = [[x for x in row[key].split(";") if x] for key in ("mtt", "msd")]
        out[row["slug"]] = ([MTT.index(x) for x in names[0]], [50 + MSD.index(x) for x in names[1]])
    return out


def shares(classes):
    """Weight of each network in a tag's own logit, [tags] twice, and what a tag without classes starts from."""
    first = np.array([0.0 if not a else (0.5 if b else 1.0) for a, b in classes], np.float32)
    second = np.array([0.0 if not b else (0.5 if a else 1.0) for a, b in classes], np.float32)
    return first, second, NO_CLASS * (first + second == 0)


def make(clips, args):
    by_slug = tag_classes()
    is_music = clips.labels[:, clips.slugs.index("music")] == 1
    positives = dict(zip(clips.slugs, (clips.labels[is_music] == 1).sum(0)))
    absences = dict(zip(clips.slugs, (clips.labels[is_music] == -1).sum(0)))
    groups = {row["slug"]: row["group"] for row in vocabulary()}
    measured = {s for s in clips.slugs if positives[s] >= FEWEST_POSITIVES and absences[s] >= FEWEST_POSITIVES}
    sources = {s: set(clips.family[is_music & (clips.labels[:, i] == 1)]) for i, s in enumerate(clips.slugs)}
    # Single notes of one sample library say nothing about songs.
    taught = {s for s in measured if len(sources[s]) >= 2 or sources[s] == {"emotify"}}
    kept = {s for s in taught if groups[s] in ("genre", "mood", "instrument") or s in ("instrumental", "singing")}
    slugs = [s for s in clips.slugs if s != "music" and (any(by_slug[s]) or s in kept)]
    found = extract.run(clips, "musicnn", args.work, "music", np.flatnonzero(is_music))
    classes = [by_slug[s] for s in slugs]
    floor = own_logits(found.logits, classes)
    mean, projection = heads.whitening(found.hidden, 1.0 / np.bincount(found.clip)[found.clip], DIMS)
    x = (found.hidden - mean) @ projection
    head = tagger.make(x, floor, clips, found.clip, slugs, measured & set(slugs), RIDGE, features.MUSIC.pool, [any(row) for row in classes], ["emotify"])
    useless = {r["slug"] for r in head.rows if not any(by_slug[r["slug"]]) and r["ours"] < USELESS_AP}
    keep = [i for i, s in enumerate(slugs) if s not in useless]
    head, slugs, classes = tagger.keep(head, keep, slugs), [slugs[i] for i in keep], [classes[i] for i in keep]
    folder = args.out / "music"
    model = build(head, classes, mean, projection)
    top = {
        "id": "music",
        "version": "1",
        "title": "Parlour music tags",
        "task": "audio-tags",
        "licence": "MIT OR Apache-2.0",
        "credits": "musicnn (Jordi Pons, ISC)",
        "quality": card.quality(head, "music whose source (or recording) was left out of training"),
    }
    pack.write(folder, model, slugs, top, features.MUSIC, head.shown, {"pack": "sound", "label": "music", "at_least": 0.5})
    pack.write_golden(folder, features.MUSIC)
    card.write_table(folder, head, args.work / "music-table.md")


def own_logits(logits, classes):
    first, second, start = shares(classes)
    best = [np.stack([logits[:, row[k]].max(1) if row[k] else np.zeros(len(logits)) for row in classes], 1) for k in (0, 1)]
    clip = [np.clip(b, heads.FLOOR_LOW, heads.FLOOR_HIGH) for b in best]
    return (first * clip[0] + second * clip[1] + start).astype(np.float32)


def build(head, classes, mean, projection):
    g = graph.Graph()
    shape = (1, 1, features.MUSIC.frames, features.MUSIC.bands)
    hidden, best = [], []
    for k, name in enumerate(("MTT_musicnn", "MSD_musicnn")):
        arrays = backbones.musicnn(name)
        hidden.append(graph.musicnn_body(g, "mel", arrays))
        logits = g.dense(hidden[-1], arrays["dense_1/kernel"], arrays["dense_1/bias"])
        best.append(graph.classes_to_tags(g, logits, [[c - 50 * k for c in row[k]] for row in classes], 0.0))
    first, second, start = shares(classes)
    floor = g.add("Add", [g.affine(best[0], first[None], start[None]), g.affine(best[1], second[None], np.zeros((1, len(classes))))])
    added, offset = projection @ head.added, head.offset - (mean @ projection) @ head.added
    return graph.finish(g, g.add("Concat", hidden, axis=1), floor, (head.scale, offset, added), (mean, projection), shape, "parlour-music")
