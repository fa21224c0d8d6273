"""Scores for every clip from a head that never saw its source (or, where a tag lives in one source, its recording)."""

import numpy as np

import heads


def source_folds(family, labels, count=9):
    """Fold number per clip: whole families together, families with the most positives apart."""
    names, which = np.unique(family, return_inverse=True)
    sizes = np.array([(labels[which == k] == 1).sum() for k in range(len(names))])
    fold, load = np.zeros(len(names), int), np.zeros(count)
    for k in np.argsort(-sizes):
        fold[k] = int(np.argmin(load))
        load[fold[k]] += sizes[k]
    return fold[which]


def group_folds(group, count=4):
    """Fold number per clip: whole recordings together, spread by a fixed hash."""
    names, which = np.unique(group, return_inverse=True)
    order = np.random.default_rng(5).permutation(len(names))
    return (order % count)[which]


def patch_targets(labels, weight, clip, logits=None):
    """Targets and weights of patches: an absence counts on every patch, a presence on the patches that seem to hold it."""
    target = (labels[clip] == 1).astype(np.float32)
    starts = np.flatnonzero(np.r_[True, clip[1:] != clip[:-1]])
    sizes = np.diff(np.r_[starts, len(clip)])
    share = np.repeat(1.0 / sizes, sizes)[:, None].astype(np.float32)
    if logits is not None:
        attention = heads.sigmoid(logits) + 0.02
        total = np.add.reduceat(attention, starts, axis=0)
        attention = attention / np.repeat(total, sizes, axis=0)
        share = np.where(target > 0, attention, share)
    return target, weight[clip] * share


def train(x, floor, labels, family, clip, keep, ridge, rounds=2):
    """Fits on the clips of `keep`; tags without a positive there stay with the backbone (scale 1, nothing added)."""
    weight = heads.clip_weights(np.where(keep[:, None], labels, 0), family)
    used = keep[clip]
    rows, owner = x[used], clip[used]
    tags = np.flatnonzero(((labels == 1) & keep[:, None]).any(0) & ((labels == -1) & keep[:, None]).any(0))
    scale, offset = np.ones(floor.shape[1], np.float32), np.zeros(floor.shape[1], np.float32)
    added = np.zeros((x.shape[1], floor.shape[1]), np.float32)
    logits, start = floor[used][:, tags], None
    for turn in range(rounds):
        target, w = patch_targets(labels[:, tags], weight[:, tags], owner, logits)
        steps = 50 if turn == 0 else 40
        a, b, c = heads.fit(rows, floor[used][:, tags], target, w, ridge, steps=steps, start=start)
        start = np.concatenate([a[None], b[None], c])
        logits = a * floor[used][:, tags] + b + rows @ c
    scale[tags], offset[tags], added[:, tags] = a, b, c
    return scale, offset, added


def left_out(x, floor, labels, family, clip, fold, ridge):
    """Patch logits [patches, tags], each from a head trained without its fold; and where that tag was trained at all."""
    out, trained = np.zeros_like(floor), np.zeros(floor.shape, bool)
    for k in np.unique(fold):
        keep = fold != k
        scale, offset, added = train(x, floor, labels, family, clip, keep, ridge)
        rows = fold[clip] == k
        out[rows] = scale * floor[rows] + offset + x[rows] @ added
        trained[rows] = ((labels == 1) & keep[:, None]).any(0)
    return out, trained
