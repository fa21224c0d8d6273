"""The score head: what the backbone knows about ImageNet, plus a linear correction."""

from dataclasses import dataclass

import numpy as np
import torch

# Sources that share an origin stand together, so that leaving one fold out leaves the origin out.
FOLDS = [
    "intel intel-unlabelled intel-seen intel-seen2 intel-seen3 receipts clothing grocery",
    "caltech101 houses food101-64 people day-night",
    "pacs sports100 rooms weather vehicles400 digikam-docs",
    "imagenette sports scene15 scene15-outdoor ccp menu-match",
    "coco128 coco-captioning camvid monkeys cats-dogs fruit-veg memes",
]
LEFT_OUT = {"flickr1000"}  # the collection of the test photographs
WEAK = 0.02  # a tag is weakly absent when every teacher that knows it gives it less
KNOWN_CLIP = 8.0
SEED = 20261122
BATCH = 1024


def fold_of(source: str) -> int:
    """Index of the fold that holds a source; sources of no fold are always trained on."""
    for number, names in enumerate(FOLDS):
        if source in names.split():
            return number
    return -1


def known_logits(features: np.ndarray, fc_weight, fc_bias, members: np.ndarray) -> np.ndarray:
    """Log-odds of each tag's summed ImageNet probability; `members` [1000, tags] of 0 and 1."""
    out = np.zeros((len(features), members.shape[1]), np.float32)
    for start in range(0, len(features), 4096):
        logits = features[start : start + 4096] @ fc_weight.T + fc_bias
        mass = np.exp(logits - logits.max(1, keepdims=True))
        mass /= mass.sum(1, keepdims=True)
        p = np.clip(mass @ members, 1e-7, 1 - 1e-7)
        out[start : start + 4096] = np.log(p) - np.log1p(-p)
    return np.clip(out, -KNOWN_CLIP, KNOWN_CLIP)


def members_of(ids: list[list[int]]) -> np.ndarray:
    members = np.zeros((1000, len(ids)), np.float32)
    for column, classes in enumerate(ids):
        members[classes, column] = 1
    return members


@dataclass
class Targets:
    """What is known of each row and tag: target probability and loss weight."""

    value: np.ndarray
    weight: np.ndarray
    yes: np.ndarray
    no: np.ndarray
    weak: np.ndarray


def targets(yes, no, imagenet, places, sources: np.ndarray, trusted: np.ndarray) -> Targets:
    """Masked targets: certain labels, weak absences, teacher sums; sources balanced inside each.

    `trusted` marks the rows that count (not a test row, not of a left-out source).
    """
    stack = np.fmax(imagenet, places)
    heard = ~np.isnan(stack)
    unknown = ~yes & ~no & trusted[:, None]
    yes, no = yes & trusted[:, None], no & trusted[:, None]
    weak = unknown & heard & (np.nan_to_num(stack, nan=1.0) < WEAK)
    soft = unknown & heard & ~weak
    value = np.where(yes, 1.0, np.where(soft, np.nan_to_num(stack), 0.0)).astype(np.float32)
    weight = np.zeros_like(value)
    groups = [np.flatnonzero(sources == s) for s in sorted(set(sources))]
    for mask, share in ((yes, 0.30), (no, 0.30), (weak, 0.25), (soft, 0.15)):
        counts = np.stack([mask[g].sum(0) for g in groups])
        each = np.where(counts > 0, 1 / np.sqrt(np.maximum(counts, 1)), 0)
        total = np.sqrt(counts).sum(0)
        for g, per_row in zip(groups, each):
            weight[g] += mask[g] * (share * per_row / np.maximum(total, 1e-9)).astype(np.float32)
    return Targets(value, weight * len(sources), yes, no, weak)


@dataclass
class Head:
    """log-odds = known * scale + place @ weight + bias"""

    weight: np.ndarray
    bias: np.ndarray
    scale: np.ndarray

    def logits(self, places: np.ndarray, known: np.ndarray) -> np.ndarray:
        return known * self.scale + places @ self.weight + self.bias


def train(views, target: Targets, rows: np.ndarray, has_classes: np.ndarray, decay, epochs=6) -> Head:
    """Fit on `rows` of every view (places, known log-odds); `decay` pulls the correction to 0."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    value, weight = torch.from_numpy(target.value), torch.from_numpy(target.weight)
    inputs = [(torch.from_numpy(places), torch.from_numpy(known)) for places, known in views]
    tags = target.value.shape[1]
    w = torch.zeros(views[0][0].shape[1], tags, requires_grad=True)
    b = torch.full((tags,), -1.0, requires_grad=True)
    gate = torch.from_numpy(has_classes.astype(np.float32))
    scale = (gate * 0.7).requires_grad_()
    rows = torch.from_numpy(rows)
    total = epochs * ((len(rows) + BATCH - 1) // BATCH)
    optimiser = torch.optim.Adam([{"params": [w]}, {"params": [b, scale]}])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [1e-2, 3e-2], total_steps=total, pct_start=0.15
    )
    for epoch in range(epochs):
        places, known = inputs[epoch % len(inputs)]
        order = rows[torch.randperm(len(rows), generator=generator)]
        for batch in order.split(BATCH):
            z = known[batch] * scale * gate + places[batch] @ w + b
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                z, value[batch], weight=weight[batch], reduction="sum"
            ) / len(batch)
            loss = loss + decay * w.square().sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    with torch.no_grad():
        return Head(w.numpy().copy(), b.numpy().copy(), (scale * gate).numpy().copy())
