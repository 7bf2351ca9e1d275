"""CRC of 6000 queries over N=2040, d=1024, C=102 in NumPy (float32), the computation of crc-queries.ts.

The residuals come by ‖q‖² − 2hᵀα + αᵀGα per class, which is what NumPy does quickest: the direct form is timed too.
Run: python crc_queries.py
"""
import time

import numpy as np

count, width, classes, queries = 2040, 1024, 102, 6000
rng = np.random.default_rng(0)


def rows(n):
    x = rng.random((n, width), dtype=np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


d, q = rows(count), rows(queries)
each = count // classes
lam = np.float32(0.3)


def fit():
    inverse = np.linalg.inv(d.T @ d + lam * np.eye(width, dtype=np.float32))
    blocks = d.reshape(classes, each, width)
    return inverse, blocks @ blocks.transpose(0, 2, 1)


def gram(inverse, grams):
    alpha = d @ (inverse @ q.T)
    h = (d @ q.T).reshape(classes, each, queries)
    a = alpha.reshape(classes, each, queries)
    left = (q * q).sum(1) + (a * (grams @ a - 2 * h)).sum(1)
    return left.argmin(0)


def direct(inverse, _):
    alpha = (d @ (inverse @ q.T)).reshape(classes, each, queries)
    left = np.empty((classes, queries), np.float32)
    for c in range(classes):
        e = q - alpha[c].T @ d[c * each : (c + 1) * each]
        left[c] = (e * e).sum(1)
    return left.argmin(0)


def median(f, *args):
    times = []
    for _ in range(7):
        start = time.perf_counter()
        f(*args)
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times)[3]


prepared = fit()
print(
    f"NumPy {np.__version__}: fit {median(fit):.0f} ms, 6000 queries {median(gram, *prepared):.0f} ms,"
    f" in the direct form {median(direct, *prepared):.0f} ms"
)
