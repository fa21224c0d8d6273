"""The projection from pooled features to the 256-d embedding."""

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
