"""From backbone outputs and labels to the numbers a pack ships: head weights, calibration, thresholds and the table of the card."""

from dataclasses import dataclass

import numpy as np

import crossfit
import dataset
import heads

TARGET_PRECISION = 0.9
SUGGEST_PRECISION = 0.5
LOWEST_SHOW = 0.5
FEWEST_HITS = 5
LONG_FILE_PATCHES = 24
LONG_FILE_ALARMS = 0.005
CLASS_SETS = ("esc10", "us8k", "animals", "emotify")
GAINS = (0.0, 0.5, 1.0)
# A head must beat the backbone by this much average precision: on sources it never saw, or else on recordings it never saw.
WORTH = {"source": 0.01, "recording": 0.03}
UNMEASURED = {"show": 2.0, "suggest": 0.5}


@dataclass
class Head:
    """z = scale * floor + offset + x @ added, per patch; `rows` describes every measured tag for the card."""

    scale: np.ndarray
    offset: np.ndarray
    added: np.ndarray
    rows: list
    shown: dict


def make(x, floor, clips, clip_of, slugs, measured, ridge, kind, has_class, trusted=()):
    """Trains, calibrates and sets thresholds for the `measured` tags; the others keep the backbone's probability.

    `has_class`: per slug, whether the backbone has a class for it. A tag with positives from one source only gets a head when it has no class,
    and is then a suggestion, unless that source is `trusted`."""
    own = np.unique(clip_of)
    owner = np.searchsorted(own, clip_of)
    family, group = clips.family[own], clips.group[own]
    tags = np.array([i for i, s in enumerate(slugs) if s in measured])
    labels = clips.labels[own][:, [clips.slugs.index(slugs[t]) for t in tags]]
    base = floor[:, tags]
    share = 1.0 / np.bincount(owner)[owner]
    clip_x = np.zeros((len(own), x.shape[1]), np.float32)
    np.add.at(clip_x, owner, x * share[:, None].astype(np.float32))
    clip_floor = heads.logit(heads.pool_scores(heads.sigmoid(base), owner, len(own), kind)).astype(np.float32)
    folds = {"source": crossfit.source_folds(family, labels), "recording": crossfit.group_folds(group)}
    unseen = {m: crossfit.left_out((x, base, owner), (clip_x, clip_floor), labels, family, fold, ridge) for m, fold in folds.items()}
    scale, offset, added = crossfit.train(clip_x, clip_floor, labels, family, np.ones(len(own), bool), ridge)
    strict = stricter(labels, clips.source[own], [slugs[t] for t in tags])
    weight = heads.clip_weights(strict, family)
    pooled = {(m, g): heads.pool_scores(heads.sigmoid(base + g * (z - base)), owner, len(own), kind) for m, (z, _) in unseen.items() for g in GAINS}
    count = len(slugs)
    out = Head(np.ones(count, np.float32), np.zeros(count, np.float32), np.zeros((x.shape[1], count), np.float32), [], {})
    random = np.random.default_rng(2)
    for j, t in enumerate(tags):
        label = {m: np.where(unseen[m][1][:, j], labels[:, j], 0) for m in folds}
        part = {"source": folds["source"], "recording": family}
        found = {(m, g): crossfit.precision_inside(pooled[m, g][:, j], label[m], part[m]) for m in folds for g in GAINS}
        manner = "source" if found["source", 0.0] is not None else "recording"
        if found[manner, 0.0] is None:
            found.update({(manner, g): heads.average_precision(pooled[manner, g][:, j], label[manner]) for g in GAINS})
        untouched = found[manner, 0.0] or 0.0
        sources = set(family[labels[:, j] == 1])
        # One source teaches its own sound: there the backbone's class is the better witness.
        lonely = len(sources) < 2 and not sources <= set(trusted)
        gains = GAINS[:1] if lonely and has_class[t] else GAINS
        gain = max(gains, key=lambda g: ((found[manner, g] or 0.0) - (0.0 if g == 0.0 else WORTH[manner]), -g))
        z = base[:, j] + gain * (unseen[manner][0][:, j] - base[:, j])
        known = strict[:, j]
        if gain:
            known = np.where(unseen[manner][1][:, j], known, 0)
        a, b = heads.calibrate(z, owner, known, weight[:, j], kind)
        out.scale[t] = a * (1.0 + gain * (scale[j] - 1.0))
        out.offset[t] = a * gain * offset[j] + b
        out.added[:, t] = a * gain * added[:, j]
        patch = heads.sigmoid(a * z + b)
        score = heads.pool_scores(patch[:, None], owner, len(own), kind)[:, 0]
        row = thresholds(score, known, long_file_scores(patch[known[owner] == -1], random, kind))
        row.update(slug=slugs[t], left_out=manner, gain=gain, untouched=untouched, ours=found[manner, gain] or 0.0)
        row.update(positives=int((labels[:, j] == 1).sum()), absent=int((labels[:, j] == -1).sum()), sources=len(sources))
        if gain and lonely:
            row.update(show=2.0, suggest=max(row["suggest"], 0.5), precision=None, recall=None)
        out.rows.append(row)
        out.shown[slugs[t]] = {k: row[k] for k in ("show", "suggest", "precision") if row[k] is not None}
    for slug in slugs:
        out.shown.setdefault(slug, dict(UNMEASURED))
    return out


def stricter(labels, source, slugs):
    """Labels for calibration and thresholds: in the sets made of classes, a clip of another class counts as without the tag."""
    parents = {row["slug"]: row["parent"] for row in dataset.vocabulary()}
    out = labels.copy()
    for name in CLASS_SETS:
        rows = source == name
        here = {s for j, s in enumerate(slugs) if (labels[rows, j] == 1).sum() >= 5}
        for j, slug in enumerate(slugs):
            if slug in here and not any(parents[s] == slug for s in here):
                out[rows, j] = np.where(labels[rows, j] == 0, -1, labels[rows, j])
    return out


def keep(head, indices, slugs):
    """The head with only the tags at `indices`."""
    names = {slugs[i] for i in indices}
    rows = [r for r in head.rows if r["slug"] in names]
    return Head(head.scale[indices], head.offset[indices], head.added[:, indices], rows, head.shown)


def long_file_scores(scores, random, kind, count=1000):
    """Pooled scores of made-up long files: 24 random patches without the tag each."""
    if kind == "mean" or len(scores) < LONG_FILE_PATCHES:
        return np.zeros(1)
    picks = random.integers(0, len(scores), (count, LONG_FILE_PATCHES))
    return np.array([heads.pool(part[:, None], kind)[0] for part in scores[picks]])


def thresholds(score, label, long_files):
    """The lowest show and suggest that keep their precision at every higher threshold; one false alarm more than was seen is counted."""
    hit, miss = score[label == 1], score[label == -1]
    show, suggest, precision, recall = 2.0, 0.9, None, None
    for at in np.arange(0.95, 0.095, -0.01):
        good, bad = int((hit >= at).sum()), int((miss >= at).sum())
        if good >= 3 and good / (good + bad + 1.0) >= SUGGEST_PRECISION:
            suggest = at
        elif bad > good:
            break
    for at in np.arange(0.95, LOWEST_SHOW - 0.005, -0.01):
        good, bad = int((hit >= at).sum()), int((miss >= at).sum())
        enough = good / (good + bad + 1.0) >= TARGET_PRECISION or (bad == 0 and good >= FEWEST_HITS)
        if good >= FEWEST_HITS and enough and (long_files >= at).mean() <= LONG_FILE_ALARMS:
            show, precision, recall = at, good / (good + bad), good / len(hit)
        elif show < 2.0:
            break
    if show < 2.0:
        suggest = min(suggest, show - 0.1)
    return {"show": float(show), "suggest": float(suggest), "precision": precision, "recall": recall}
