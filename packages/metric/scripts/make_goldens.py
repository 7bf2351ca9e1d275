"""Float64 references for the classifiers, straight from the definitions: python make_goldens.py

Writes src/testdata/goldens.json and the files that the readers are tested on. Needs numpy and scikit-learn.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import NeighborhoodComponentsAnalysis

rng = np.random.default_rng(5)
counts = [3, 5, 4, 12]
C, d, B = len(counts), 8, 12
y = rng.permutation(np.repeat(np.arange(C), counts))
centres = rng.normal(size=(C, d))
D = np.float32(centres[y] + 0.8 * rng.normal(size=(len(y), d)) + 0.3).astype(float)
truth = rng.integers(0, C, B)
Q = np.float32(centres[truth] + 0.8 * rng.normal(size=(B, d)) + 0.3).astype(float)
N = len(y)
G = D @ D.T
own = (y[:, None] == y[None, :]).astype(float)


def residuals(A, target=None, ratio=False):
    """A [N, B] codes, target [B, d]."""
    target = Q if target is None else target
    out = np.zeros((B, C))
    for c in range(C):
        part = A[y == c]
        out[:, c] = ((target - part.T @ D[y == c]) ** 2).sum(1)
        if ratio:
            out[:, c] /= (part**2).sum(0) + 1e-6
    return out


def crc(lam, X=D, queries=Q):
    return np.linalg.solve(X @ X.T + lam * np.eye(N), X @ queries.T)


out = {}
A = crc(0.3)
out["crc"] = residuals(A)
out["crcRatio"] = residuals(A, ratio=True)
out["crcCodes"] = A.T

lam, gamma = 0.5, 0.2
A = np.linalg.solve((gamma * (C - 2) + 1) * G + gamma * G * own + lam * np.eye(N), D @ Q.T)
out["proCrc"] = residuals(A, A.T @ D)

lam, gamma = 0.05, 0.1
rows = []
for q in Q:
    wa, wx = np.ones(N), np.ones(d)
    # One solution without weights, and ten reweighted ones.
    for _ in range(11):
        system = gamma * ((C - 2) * G + G * own) + D @ np.diag(wx) @ D.T + lam * np.diag(wa)
        a = np.linalg.solve(system, D @ (wx * q))
        wa = 1 / np.maximum(np.abs(a), 1e-4)
        wx = 1 / np.maximum(np.abs(D.T @ a - q), 1e-6)
    whole = D.T @ a
    rows.append([((whole - D[y == c].T @ a[y == c]) ** 2).sum() for c in range(C)])
out["robustProCrc"] = np.array(rows)

mu = 0.1


def non_negative(lam):
    """The codes c of NRC, lam = 0, and of CRNRC, after five alternations, as the authors' code classifies by them."""
    z, delta = np.zeros((N, B)), np.zeros((N, B))
    system = G + lam * G * own + mu / 2 * np.eye(N)
    for _ in range(5):
        c = np.linalg.solve(system, (1 + lam) * D @ Q.T + mu / 2 * z + delta / 2)
        z = np.maximum(0, c - delta / mu)
        delta = delta + mu * (z - c)
    return c


out["nrc"] = residuals(non_negative(0))
out["crNrc"] = residuals(non_negative(0.3))

A = np.zeros((N, B))
for c in range(C):
    X = D[y == c]
    A[y == c] = np.linalg.solve(X @ X.T + 1e-2 * np.eye(len(X)), X @ Q.T)
out["nsc"] = residuals(A)

votes = np.zeros((B, C))
for columns in [slice(0, 4), slice(4, 8)]:
    X, q = D[:, columns], Q[:, columns]
    X, q = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (X, q))
    A = np.linalg.solve(X @ X.T + 0.1 * np.eye(N), X @ q.T)
    r = np.zeros((B, C))
    for c in range(C):
        part = A[y == c]
        r[:, c] = ((q - part.T @ X[y == c]) ** 2).sum(1) / ((part**2).sum(0) + 1e-6)
    votes[np.arange(B), r.argmin(1)] += 1
    votes += r.min(1, keepdims=True) / r / 4
out["pcrc"] = votes

variance = D.var(0)
precision = 1 / (variance + 0.01 * variance.mean())
w = np.sqrt(precision * d / precision.sum())
held_D, held_Q = D, Q
A = crc(0.3, D * w, Q * w)
D, Q = D * w, Q * w
out["wcrc"] = residuals(A)
D, Q = held_D, held_Q

out["ridge"] = Ridge(alpha=0.7).fit(D, np.eye(C)[y]).predict(Q)
decay = 0.01
model = LogisticRegression(C=1 / (decay * N), tol=1e-10, max_iter=10000).fit(D, y)
out["softmax"] = model.predict_proba(Q)

# scikit-learn gives the objective that NCA maximises, with a sign, and per sample summed.
nca = NeighborhoodComponentsAnalysis(n_components=3)
L = np.float32(rng.normal(size=(3, d)) * 0.3).astype(float)
nca.n_iter_ = 0
value, _ = nca._loss_grad_lbfgs(L.ravel(), D, own > 0, 1.0)
out["ncaFactor"] = L
out["ncaObjective"] = abs(value) / N

data = Path(__file__).parent.parent / "src" / "testdata"
data.mkdir(exist_ok=True)
plain = {key: np.asarray(value).tolist() for key, value in out.items()}
plain |= {"features": D.tolist(), "labels": y.tolist(), "queries": Q.tolist(), "truth": truth.tolist()}
(data / "goldens.json").write_text(json.dumps(plain))

table = np.arange(12, dtype=np.float32).reshape(4, 3) / 4
np.save(data / "float32.npy", table)
np.save(data / "fortran_float64.npy", np.asfortranarray(table.astype(float)))
np.savez_compressed(data / "several.npz", features=table, labels=np.arange(4))
np.savez(data / "one.npz", features=table)
np.savetxt(data / "table.csv", table, delimiter=",", header="a,b,c", comments="")
