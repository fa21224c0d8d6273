"""Scores for every clip from a head that never saw its source (or, where a tag lives in one source, its recording)."""

import numpy as np

import heads


def source_folds(family, labels, count=9):
    """Fold number per clip: whole families together, families with the most positives apart."""
    names, which = np.unique(family, return_inverse=True)
    sizes = np.array([(labels[which == k] == 1).sum() for k in range(len(names))])
    fold, load = np.zeros(len(names), int), np.zeros(count)
    for k in np.argsort(-sizes, kind="stable"):
        fold[k] = int(np.argmin(load))
        load[fold[k]] += sizes[k]
    return fold[which]


def group_folds(group, count=5):
    """Fold number per clip: whole recordings together, spread by a fixed shuffle."""
    names, which = np.unique(group, return_inverse=True)
    order = np.random.default_rng(5).permutation(len(names))
    return (order % count)[which]


def train(x, floor, labels, family, keep, ridge):
    """(scale, offset, weights) from the clips of `keep`; tags without positives or absences there stay with the backbone."""
    weight = heads.clip_weights(np.where(keep[:, None], labels, 0), family)[keep]
    known = labels[keep]
    tags = np.flatnonzero((known == 1).any(0) & (known == -1).any(0))
    scale, offset = np.ones(floor.shape[1], np.float32), np.zeros(floor.shape[1], np.float32)
    added = np.zeros((x.shape[1], floor.shape[1]), np.float32)
    target = (known[:, tags] == 1).astype(np.float32)
    scale[tags], offset[tags], added[:, tags] = heads.fit(x[keep], floor[keep][:, tags], target, weight[:, tags], ridge)
    return scale, offset, added


def left_out(patches, clips, labels, family, fold, ridge):
    """Patch logits [patches, tags], each from a head trained without its fold; and, per clip, whether that head saw the tag.

    `patches`: (x, floor, clip number of each patch); `clips`: (x, floor)."""
    x, floor, owner = patches
    out, trained = floor.copy(), np.zeros(labels.shape, bool)
    for k in np.unique(fold):
        keep = fold != k
        scale, offset, added = train(*clips, labels, family, keep, ridge)
        rows = ~keep[owner]
        out[rows] = scale * floor[rows] + offset + x[rows] @ added
        trained[~keep] = ((labels[keep] == 1).sum(0) >= 3)[None]
    return out, trained


def precision_inside(score, label, part):
    """Mean AP over the parts (folds or families) that hold at least two positives and an absence, weighted by the root of the positives."""
    total, weights = 0.0, 0.0
    for k in np.unique(part):
        rows = part == k
        hits = int((label[rows] == 1).sum())
        found = heads.average_precision(score[rows], label[rows]) if hits >= 2 else None
        if found is not None:
            total, weights = total + found * np.sqrt(hits), weights + np.sqrt(hits)
    return total / weights if weights else None
