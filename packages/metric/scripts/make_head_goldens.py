"""References of scikit-learn and NumPy, in float64, for the strong simple heads: python make_head_goldens.py

Writes src/testdata/head-goldens.json. Needs numpy and scikit-learn.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import LinearSVC

rng = np.random.default_rng(11)
counts = [6, 9, 7, 14]
C, d, B = len(counts), 10, 15
y = rng.permutation(np.repeat(np.arange(C), counts))
N = len(y)
mix = rng.normal(size=(d, d)) / 3
centres = rng.normal(size=(C, d))
X = np.float32(centres[y] + rng.normal(size=(N, d)) @ mix + 0.5).astype(float)
Q = np.float32(centres[rng.integers(0, C, B)] + rng.normal(size=(B, d)) @ mix + 0.5).astype(float)
own = np.eye(C)[y]
out = {"features": X, "labels": y, "queries": Q}

for name, shrinkage in [("lda", 0.3), ("ldaAuto", "auto")]:
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(X, y)
    out[name] = model.predict_proba(Q)

for name, cost in [("svm", 0.5), ("svmHard", 50.0)]:
    model = LinearSVC(C=cost, dual=True, tol=1e-10, max_iter=1_000_000).fit(X, y)
    out[name] = model.decision_function(Q)

out["kernelRidge"] = KernelRidge(kernel="rbf", alpha=0.2, gamma=0.05).fit(X, own).predict(Q)


def statistics(rows, labels):
    means = np.array([rows[labels == c].mean(0) for c in range(C)])
    u = rows - means[labels]
    return means, u.T @ u


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


centre = X.mean(0)
_, scatter = statistics(X - centre, y)
s = 0.7
w = np.linalg.inv(np.linalg.cholesky(scatter + s * np.trace(scatter) / d * np.eye(d)))
mapped = unit((X - centre) @ w.T)
means = unit(np.array([mapped[y == c].mean(0) for c in range(C)]))
out["wccn"] = unit((Q - centre) @ w.T) @ means.T

# Every sample left out, by fitting without it; centre and ridge stay those of all samples.
a = 0.6
ridge = 0.4 * np.trace(scatter) / d * np.eye(d)
for key in ["leftOutXx", "leftOutXm", "leftOutMm"]:
    out[key] = np.zeros((N, C))
for i in range(N):
    rest = np.arange(N) != i
    means, without = statistics((X - centre)[rest], y[rest])
    inverse = np.linalg.inv(a * without + ridge)
    x = X[i] - centre
    out["leftOutXx"][i] = x @ inverse @ x
    out["leftOutXm"][i] = means @ inverse @ x
    out["leftOutMm"][i] = np.einsum("cd,de,ce->c", means, inverse, means)

# Ridge regression without the sample.
lam = 0.8
out["leftOutRidge"] = np.zeros((N, C))
for i in range(N):
    rest = np.arange(N) != i
    solution = np.linalg.solve(X[rest].T @ X[rest] + lam * np.eye(d), X[rest].T @ own[rest])
    out["leftOutRidge"][i] = X[i] @ solution

data = Path(__file__).parent.parent / "src" / "testdata"
plain = {key: np.round(np.asarray(value), 9).tolist() for key, value in out.items()}
(data / "head-goldens.json").write_text(json.dumps(plain))
