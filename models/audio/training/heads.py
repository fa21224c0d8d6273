"""The trained head: per tag, scale x (backbone's own logit) + offset + weights x whitened features; masked logistic loss."""

import numpy as np
from scipy.optimize import minimize

FLOOR_LOW, FLOOR_HIGH = -14.0, 14.0


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))


def logit(p):
    p = np.clip(p, 1e-7, 1.0 - 1e-7)
    return np.log(p) - np.log1p(-p)


def whitening(features, weight, dims):
    """(mean, projection [in, dims]) of weighted principal components, each with unit variance."""
    weight = weight / weight.sum()
    mean = weight @ features
    centred = features - mean
    values, vectors = np.linalg.eigh((centred * weight[:, None]).T @ centred)
    order = np.argsort(values)[::-1][:dims]
    values, vectors = values[order], vectors[:, order]
    vectors = vectors * np.where(vectors[np.abs(vectors).argmax(0), np.arange(dims)] < 0.0, -1.0, 1.0)
    return mean.astype(np.float32), (vectors / np.sqrt(values + 0.02 * values[0] / dims)).astype(np.float32)


def fit(x, floor, target, weight, ridge, scale_ridge=0.5, steps=40):
    """x [n,d], floor, target and weight [n,t]; returns (scale [t], offset [t], weights [d,t]).

    `weight` is 0 where a label is unknown; each tag's weights sum to about one hundred."""
    n_dims, n_tags = x.shape[1], floor.shape[1]

    def unpack(theta):
        theta = theta.reshape(n_dims + 2, n_tags)
        return theta[0], theta[1], theta[2:]

    def loss(theta):
        scale, offset, w = unpack(theta.astype(np.float32))
        z = scale * floor + offset + x @ w
        p = sigmoid(z)
        value = float((weight * (np.logaddexp(0.0, z) - target * z)).sum(dtype=np.float64))
        slope = weight * (p - target)
        value += float(ridge * (w**2).sum() + scale_ridge * ((scale - 1.0) ** 2).sum())
        grad = np.concatenate([[(slope * floor).sum(0) + 2.0 * scale_ridge * (scale - 1.0)], [slope.sum(0)], x.T @ slope + 2.0 * ridge * w])
        return value, grad.ravel().astype(np.float64)

    start = np.zeros((n_dims + 2, n_tags))
    start[0] = 1.0
    done = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 8})
    return unpack(done.x.astype(np.float32))


def pool_scores(scores, clip_of, clips, kind):
    """Pools patch scores [patches, tags] to [clips, tags]; patches of a clip are consecutive."""
    starts = np.searchsorted(clip_of, np.arange(clips + 1))
    out = np.zeros((clips, scores.shape[1]), np.float32)
    for i in range(clips):
        part = scores[starts[i] : starts[i + 1]]
        out[i] = pool(part, kind)
    return out


def pool(scores, kind):
    if kind == "mean":
        return scores.mean(0)
    if kind == "max":
        return scores.max(0)
    return np.sort(scores, 0)[-3:].mean(0)


def clip_weights(labels, family):
    """[clips, tags]: positives and absences of a tag weigh 30 and 70; inside each, sources weigh by the root of their size."""
    weight = np.zeros(labels.shape, np.float32)
    names, which = np.unique(family, return_inverse=True)
    for sign, total in ((1, 30.0), (-1, 70.0)):
        hit = labels == sign
        counts = np.array([hit[which == k].sum(0) for k in range(len(names))])
        share = np.where(counts > 0, 1.0 / np.sqrt(np.maximum(counts, 1)), 0.0)[which] * hit
        weight += (total * share / np.maximum(share.sum(0), 1e-9)).astype(np.float32)
    return weight


def average_precision(score, label):
    """AP of `score` where label is 1 or -1, ties counted against it; None without both."""
    known = label != 0
    score, hit = score[known], label[known] == 1
    if not hit.any() or hit.all():
        return None
    hit = hit[np.lexsort((hit, -score))]
    ranks = np.cumsum(hit)
    return float((ranks[hit] / (np.flatnonzero(hit) + 1)).mean())


def calibrate(patch_logit, clip_of, label, weight, kind):
    """(a, b) so that the pooled sigmoid(a z + b) fits the labels of the clips; z [patches], label and weight [clips]."""
    known = np.flatnonzero((label != 0) & (weight > 0))
    keep = np.isin(clip_of, known)
    z, owner = patch_logit[keep], np.searchsorted(known, clip_of[keep])
    starts = np.searchsorted(owner, np.arange(len(known) + 1))
    widths = np.diff(starts)
    columns = int(widths.max())
    table = np.full((len(known), columns), -np.inf, np.float32)
    for i in range(len(known)):
        table[i, : widths[i]] = np.sort(z[starts[i] : starts[i + 1]])[::-1]
    used = widths if kind == "mean" else np.minimum(widths, 1 if kind == "max" else 3)
    mask = np.arange(columns) < used[:, None]
    table = np.where(mask, table, 0.0)
    target, w = (label[known] == 1).astype(float), weight[known] / weight[known].sum()

    def loss(theta):
        p = (sigmoid(np.exp(theta[0]) * table + theta[1]) * mask).sum(1) / used
        p = np.clip(p, 1e-6, 1.0 - 1e-6)
        return -(w * (target * np.log(p) + (1.0 - target) * np.log1p(-p))).sum() + 0.002 * theta[0] ** 2 + 0.0005 * theta[1] ** 2

    done = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"maxiter": 150, "xatol": 0.01, "fatol": 1e-5})
    return float(np.exp(done.x[0])), float(done.x[1])
