"""From backbone outputs and labels to the numbers a pack ships: head weights, calibration, thresholds and the table of the card."""

from dataclasses import dataclass

import numpy as np

import crossfit
import heads

TARGET_PRECISION = 0.9
SUGGEST_PRECISION = 0.5
FEWEST_HITS = 5
LONG_FILE_PATCHES = 24


@dataclass
class Head:
    """z = scale * floor + offset + x @ added, per patch; `rows` describes every tag for the card."""

    scale: np.ndarray
    offset: np.ndarray
    added: np.ndarray
    rows: list
    shown: dict


def make(x, floor, clips, clip_of, slugs, measured, ridge, kind, default):
    """Trains, calibrates and sets thresholds; `measured`: tags with labels worth using; others keep `default` (scale, offset)."""
    columns = [clips.slugs.index(s) for s in slugs]
    labels = clips.labels[:, columns]
    own = np.unique(clip_of)
    seen = np.isin(np.arange(len(clips)), own)
    labels = np.where(seen[:, None], labels, 0)
    tags = np.array([i for i, s in enumerate(slugs) if s in measured])
    families_with = np.array([len(set(clips.family[labels[:, t] == 1])) for t in range(len(slugs))])
    known = np.where(np.isin(np.arange(len(slugs)), tags)[None], labels, 0)[:, tags]
    base = floor[:, tags]
    compact = np.searchsorted(own, clip_of)
    family, group, known = clips.family[own], clips.group[own], known[own]
    if ridge is None:
        scale, offset, added = np.ones(len(tags)), np.zeros(len(tags)), np.zeros((x.shape[1], len(tags)))
        by_source = by_group = base
        source_trained = group_trained = np.ones(base.shape, bool)
    else:
        by_source, source_trained = crossfit.left_out(x, base, known, family, compact, crossfit.source_folds(family, known), ridge)
        by_group, group_trained = crossfit.left_out(x, base, known, family, compact, crossfit.group_folds(group), ridge)
        scale, offset, added = crossfit.train(x, base, known, family, compact, np.ones(len(own), bool), ridge)
    weight = heads.clip_weights(known, family)
    out = Head(np.full(len(slugs), default[0], np.float32), np.full(len(slugs), default[1], np.float32), np.zeros((x.shape[1], len(slugs)), np.float32), [], {})
    random = np.random.default_rng(2)
    first = np.flatnonzero(np.r_[True, compact[1:] != compact[:-1]])
    for j, t in enumerate(tags):
        label = known[:, j].copy()
        manner = "source" if families_with[t] >= 2 else "recording"
        logit, trained = (by_source, source_trained) if manner == "source" else (by_group, group_trained)
        unseen = ~trained[first, j]
        if (label[~unseen] == 1).sum() < 0.3 * (label == 1).sum():
            manner, logit, trained = "recording", by_group, group_trained
            unseen = ~trained[first, j]
        label[unseen] = 0
        judged = {}
        for name, z in (("untouched", base[:, j]), ("trained", logit[:, j])):
            pooled = heads.pool_scores(heads.sigmoid(z)[:, None], compact, len(own), kind)[:, 0]
            judged[name] = heads.average_precision(pooled, label) or 0.0
        better = ridge is not None and judged["trained"] >= judged["untouched"]
        z = logit[:, j] if better else base[:, j]
        a, b = heads.calibrate(z, compact, label, weight[:, j], kind)
        if better:
            out.scale[t], out.offset[t], out.added[:, t] = a * scale[j], a * offset[j] + b, a * added[:, j]
        else:
            out.scale[t], out.offset[t] = a, b
        patch = heads.sigmoid(a * z + b)
        pooled = heads.pool_scores(patch[:, None], compact, len(own), kind)[:, 0]
        absent = np.flatnonzero(known[compact, j] == -1)
        long_files = heads_of_long_files(patch[absent], random, kind)
        row = thresholds(pooled, label, long_files)
        row.update(slug=slugs[t], left_out=manner, sources=int(families_with[t]), positives=int((known[:, j] == 1).sum()))
        row.update(absent=int((known[:, j] == -1).sum()), untouched=judged["untouched"], trained=judged["trained"], used="trained" if better else "untouched")
        out.rows.append(row)
        out.shown[slugs[t]] = {k: row[k] for k in ("show", "suggest", "precision") if row[k] is not None}
    for slug in slugs:
        out.shown.setdefault(slug, {"show": 2.0, "suggest": 0.5})
    return out


def heads_of_long_files(scores, random, kind, count=400):
    """Pooled scores of made-up long files: 24 random patches without the tag each."""
    if kind == "mean" or len(scores) < LONG_FILE_PATCHES:
        return np.zeros(1)
    picks = random.integers(0, len(scores), (count, LONG_FILE_PATCHES))
    return np.array([heads.pool(part[:, None], kind)[0] for part in scores[picks]])


def thresholds(score, label, long_files):
    """show, suggest, precision (None when never shown), recall; counts a false alarm more than was seen."""
    hit, miss = score[label == 1], score[label == -1]
    show, suggest, precision, recall = 2.0, 0.9, None, None
    for at in np.arange(0.95, 0.095, -0.01):
        good, bad = int((hit >= at).sum()), int((miss >= at).sum())
        if good >= 3 and good / (good + bad + 1.0) >= SUGGEST_PRECISION:
            suggest = at
        if good and bad > good and at < suggest:
            break
    for at in np.arange(0.95, 0.295, -0.01):
        good, bad = int((hit >= at).sum()), int((miss >= at).sum())
        if good >= FEWEST_HITS and good / (good + bad + 1.0) >= TARGET_PRECISION - 0.1 * (bad == 0 and good < 9) and (long_files >= at).mean() <= 0.01:
            show, precision, recall = at, good / (good + bad), good / len(hit)
        elif show < 2.0 and good / (good + bad + 1.0) < TARGET_PRECISION - 0.05:
            break
    if show < 2.0:
        suggest = min(suggest, max(0.1, show - 0.1))
    return {"show": float(show), "suggest": float(min(suggest, show)), "precision": precision, "recall": recall}
