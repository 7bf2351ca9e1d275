import numpy as np
import scipy
from samples import C, d, labels, queries, samples, unit
from scipy.linalg import cho_factor, cho_solve
from side import serve


def run():
    x = unit(samples)
    y = np.eye(C, dtype=np.float32)[labels]
    centre, prior = x.mean(0), y.mean(0)
    x -= centre
    factor = cho_factor(x.T @ x + np.eye(d, dtype=np.float32), overwrite_a=True, check_finite=False)
    weights = cho_solve(factor, x.T @ (y - prior), check_finite=False)
    (unit(queries) @ weights + (prior - centre @ weights)).argmax(1)


serve(f"SciPy {scipy.__version__}", run)
