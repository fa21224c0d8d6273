"""The projection from pooled features to the 256-d embedding, and how well it retrieves."""

import numpy as np

DIMS = 256


def projection(features: np.ndarray, weights: np.ndarray, power: float):
    """Mean and axes of a principal-component projection, scaled by eigenvalue ** -power.

    power 0 keeps distances, 0.5 whitens fully. `weights` balance the sources.
    """
    weights = weights / weights.sum()
    centre = weights @ features
    x = features - centre
    covariance = (x * weights[:, None]).T @ x
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    order = np.argsort(-values)[:DIMS]
    values, vectors = values[order], vectors[:, order]
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(DIMS)])
    axes = vectors * signs * np.maximum(values, values[0] * 1e-5) ** -power
    axes /= np.sqrt((((x @ axes) ** 2).mean()))  # unit variance over all numbers
    return centre.astype(np.float32), axes.astype(np.float32)


def embed(place: np.ndarray) -> np.ndarray:
    return place / np.sqrt((place * place).sum(1, keepdims=True) + 1e-12)


def hits_at(places: np.ndarray, classes: np.ndarray, k: int = 10) -> tuple[float, float]:
    """Share of the k nearest that are of the same class, and of queries with one at least."""
    precision, found = [], []
    for start in range(0, len(places), 1024):
        block = places[start : start + 1024] @ places.T
        block[np.arange(len(block)), np.arange(start, start + len(block))] = -2
        nearest = np.argpartition(-block, k, axis=1)[:, :k]
        same = classes[nearest] == classes[start : start + len(block), None]
        precision.append(same.mean(1))
        found.append(same.any(1))
    return float(np.concatenate(precision).mean()), float(np.concatenate(found).mean())
