"""Average precision, calibration, and the table on the fully labelled test photographs."""

import numpy as np

UMBRELLA = (
    "outdoor indoor animal person vehicle building tree-plant food".split()
)


def average_precision(score: np.ndarray, truth: np.ndarray) -> float:
    """Area under the step-wise precision-recall curve; NaN without positives."""
    positives = int(truth.sum())
    if positives == 0:
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = truth[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].sum() / positives)


def calibration_error(prob: np.ndarray, truth: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over equal-width bins."""
    edge = np.clip((prob * bins).astype(int), 0, bins - 1)
    total = 0.0
    for b in range(bins):
        inside = edge == b
        if inside.any():
            total += inside.sum() * abs(prob[inside].mean() - truth[inside].mean())
    return float(total / max(1, len(prob)))


def parents_of(tag_rows: list[dict], slugs: list[str]) -> list[list[int]]:
    """For each label the indices of its ancestors among the labels, nearest first."""
    parent = {row["slug"]: row["parent"] for row in tag_rows}
    index = {slug: i for i, slug in enumerate(slugs)}
    out = []
    for slug in slugs:
        chain, above = [], parent.get(slug, "")
        while above:
            if above in index:
                chain.append(index[above])
            above = parent.get(above, "")
        out.append(chain)
    return out


def lift(shown: np.ndarray, scores: np.ndarray, parents: list[list[int]]):
    """A shown child shows its parents, with the child's score at least."""
    shown, scores = shown.copy(), scores.copy()
    for child, chain in enumerate(parents):
        for above in chain:
            on = shown[:, child]
            shown[on, above] = True
            scores[on, above] = np.maximum(scores[on, above], scores[on, child])
    return shown, scores


def test_truth(rows: list[dict], slugs: list[str]):
    """Right and arguable labels [photos, labels], and how many right ones exist at all."""
    index = {slug: i for i, slug in enumerate(slugs)}
    right = np.zeros((len(rows), len(slugs)), bool)
    maybe = np.zeros_like(right)
    existing = 0
    specific = np.zeros(len(rows), bool)
    for i, row in enumerate(rows):
        found = [s for s in row["positive"].split(";") if s]
        existing += len(found)
        specific[i] = any(s not in UMBRELLA for s in found)
        for slug in found:
            if slug in index:
                right[i, index[slug]] = True
        for slug in row["plausible"].split(";"):
            if slug in index:
                maybe[i, index[slug]] = True
    return right, maybe & ~right, existing, specific


def summary(shown: np.ndarray, truth, slugs: list[str]) -> dict:
    """Precision, recall, right and wrong tags a photo, share with a right specific tag."""
    right, maybe, existing, has_specific = truth
    hits, wrong = shown & right, shown & ~right & ~maybe
    narrow = np.array([slug not in UMBRELLA for slug in slugs])
    specific = (hits & narrow).any(1)
    return {
        "precision": hits.sum() / max(1, hits.sum() + wrong.sum()),
        "recall": hits.sum() / existing,
        "right": hits.sum() / len(shown),
        "wrong": wrong.sum() / len(shown),
        "specific": specific[has_specific].sum() / max(1, has_specific.sum()),
        "specific_all": specific.mean(),
    }
