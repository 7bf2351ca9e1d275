import numpy as np
from samples import class_grams, d, queries, residuals, samples, unit
from side import serve


def run():
    x, q = unit(samples), unit(queries)
    inverse = np.linalg.inv(x.T @ x + np.float32(0.3) * np.eye(d, dtype=np.float32))
    residuals(q, x @ (inverse @ q.T), x @ q.T, class_grams(x)).argmin(0)


serve(f"NumPy {np.__version__}", run)
