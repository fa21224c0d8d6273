"""Probabilities and thresholds from predictions on sources that were left out."""

from dataclasses import dataclass

import numpy as np

import measure

# How often a tag is right on an ordinary photograph, roughly: precision depends on it and the
# packs, gathered tag by tag, cannot say. Tags that are not named here have DEFAULT_PRIOR.
PRIOR = {
    "outdoor": 0.45, "indoor": 0.25, "person": 0.35, "building": 0.15, "animal": 0.20,
    "tree-plant": 0.20, "food": 0.08, "vehicle": 0.10, "clothes": 0.06, "sunny-sky": 0.08,
    "clouds": 0.06, "street": 0.04, "mountain": 0.04, "sea": 0.05, "sport": 0.05, "furniture": 0.05,
    "dog": 0.05, "bird": 0.05, "insect": 0.03, "house": 0.04, "road": 0.04, "portrait": 0.05,
    "group": 0.05, "flower": 0.04, "forest": 0.04, "lake-river": 0.04, "reptile": 0.03,
}
DEFAULT_PRIOR = 0.02
PRECISION = 0.93
SUGGEST_PRECISION = 0.88
LEAST_RECALL = 0.03
NEVER = 1.01


def prior(slug: str) -> float:
    return PRIOR.get(slug, DEFAULT_PRIOR)


def _balanced(mask: np.ndarray, sources: np.ndarray, total: float) -> np.ndarray:
    """Weights over `mask` rows that sum to `total`, each source by the root of its size."""
    weight = np.zeros(len(mask))
    names, place, counts = np.unique(sources[mask], return_inverse=True, return_counts=True)
    if len(names):
        weight[mask] = (1 / np.sqrt(counts))[place]
        weight *= total / weight.sum()
    return weight


def platt(z: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the logistic curve that makes z a probability (Newton's method)."""
    x = np.stack([z.astype(np.float64), np.ones(len(z))], 1)
    pull, rest = np.array([1e-3, 1e-5]), np.array([1.0, 0.0])
    at = np.array([1.0, -2.0])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ at, -30, 30)))
        slope = x.T @ (weight * (p - truth)) + pull * (at - rest)
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        at -= step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return float(min(max(at[0], 0.2), 3.0)), float(at[1])


@dataclass
class Fit:
    """How one label's score is made and when it is shown."""

    slug: str
    form: str  # "backbone", "head" or "never"
    slope: float
    offset: float
    show: float
    suggest: float
    precision: float  # estimated on left-out sources at `show`
    recall: float
    known_ap: float
    head_ap: float
    positives: int
    sources: int


def fit(slug, z_head, z_known, has_classes, yes, no, weak, sources) -> Fit:
    """Choose form, curve and thresholds of one label from left-out predictions."""
    judged = yes | no | weak
    positives, groups = int(yes.sum()), len(set(sources[yes]))
    known_ap = measure.average_precision(z_known[judged], yes[judged]) if has_classes else 0.0
    head_ap = measure.average_precision(z_head[judged], yes[judged])
    enough = positives >= 20
    form = "head"
    if has_classes and (not enough or not head_ap > known_ap + 0.01):
        form = "backbone"
    if not has_classes and not enough:
        form = "never"
    z = z_known if form == "backbone" else z_head
    p_yes = prior(slug)
    negative = no | weak
    weight = _balanced(yes, sources, p_yes)
    # A weak absence counts for less than a certain one: the thing may well be there.
    weight += _balanced(no, sources, (1 - p_yes) * 0.5) + _balanced(weak, sources, (1 - p_yes) * 0.5)
    if form == "backbone":
        slope, offset = 1.0, 0.0
    else:
        slope, offset = platt(z[judged], yes[judged], weight[judged])
    prob = 1 / (1 + np.exp(-(slope * z + offset)))
    total_yes = max(weight[yes].sum(), 1e-9)
    shown = suggested = None
    for t in np.arange(0.20, 0.991, 0.01):
        over = judged & (prob >= t)
        hit, miss = weight[over & yes].sum(), weight[over & negative].sum()
        miss += (1 - p_yes) * 0.5 / max(1, negative.sum())
        value, share = hit / max(hit + miss, 1e-12), hit / total_yes
        if share < LEAST_RECALL:
            break
        if suggested is None and value >= SUGGEST_PRECISION:
            suggested = float(t)
        if value >= PRECISION and t >= 0.5:
            shown = float(t), float(value), float(share)
            break
    show, suggest, precision, recall = NEVER, NEVER, float("nan"), float("nan")
    if form == "backbone":
        # Plain sums that nobody could estimate, or that were estimated badly, stay cautious.
        show, suggest = (0.7, 0.5) if enough else (0.5, 0.2)
    if enough and suggested:
        suggest = suggested
    if enough and shown:
        show, precision, recall = shown
    if form == "head" and suggest >= NEVER:
        form = "never"
    return Fit(slug, form, slope, offset, round(show, 2), round(suggest, 2), precision, recall,
               known_ap, head_ap, positives, groups)
