"""Drawn samples and queries of the size of the case, ordered by class."""

import numpy as np
from side import size

N, d, C, Q = (size[key] for key in ("count", "width", "classes", "queries"))
m = N // C
rng = np.random.default_rng(0)
samples, queries = (rng.random((n, d), dtype=np.float32) for n in (N, Q))
labels = np.arange(N) // m


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def residuals(q, alpha, h, grams):
    """‖q‖² − 2hᵀα + αᵀGα for each class [C, Q]: what NumPy does quickest. `alpha` and `h` are [N, Q], `grams` [C, m, m]."""
    a, h = alpha.reshape(C, m, -1), h.reshape(C, m, -1)
    return (q * q).sum(1) + (a * (grams @ a - 2 * h)).sum(1)


def class_grams(x):
    blocks = x.reshape(C, m, d)
    return blocks @ blocks.transpose(0, 2, 1)
