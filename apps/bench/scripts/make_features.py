"""Writes the features that the tests of `dml-crc classify` read, in every form, and what CRC says about them.

python apps/bench/scripts/make_features.py  (NumPy, SciPy, safetensors)
"""
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.io import savemat

OUT = Path(__file__).parent.parent / "src" / "testdata" / "features"
NAMES = np.array([3, 7, 12])  # classes need not be 0, 1, 2


def draw(rng, each):
    labels = np.repeat(np.arange(3), each)
    means = 4 * np.eye(3, 20)
    return (means[labels] + rng.normal(size=(len(labels), 20))).astype(np.float32), NAMES[labels].astype(np.int32)


def crc(samples, labels, queries, weight):
    """Zhang, Yang, Feng (ICCV 2011) with the residual alone, on features of unit length after a signed root."""
    def form(x):
        x = np.sign(x) * np.sqrt(np.abs(x))
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    d, q = form(samples.astype(np.float64)), form(queries.astype(np.float64))
    codes = np.linalg.solve(d @ d.T + weight * np.eye(len(d)), d @ q.T)  # [N, B]
    residuals = [np.linalg.norm(q.T - d[labels == c].T @ codes[labels == c], axis=0) for c in NAMES]
    return NAMES[np.argmin(residuals, axis=0)]


rng = np.random.default_rng(8)
x, y = draw(rng, 8)
q, t = draw(rng, 4)
OUT.mkdir(parents=True, exist_ok=True)
save_file({"features": x, "labels": y}, OUT / "train.safetensors")
save_file({"features": q, "labels": t}, OUT / "test.safetensors")
np.savez(OUT / "all.npz", x_train=x, y_train=y, x_test=q, y_test=t)
savemat(OUT / "all.mat", {"X": x, "y": y.reshape(-1, 1), "Q": q.astype(np.float64), "t": t}, do_compression=True)
for name, array in {"train": x, "train-labels": y, "test": q, "test-labels": t}.items():
    np.save(OUT / f"{name}.npy", array)
    np.savetxt(OUT / f"{name}.csv", array, delimiter=",", fmt="%d" if array.ndim == 1 else "%.9g")
predicted = crc(x, y, q, 0.01)
answer = {"lambda": 0.01, "predicted": predicted.tolist(), "accuracy": float(np.mean(predicted == t))}
(OUT / "crc.json").write_text(json.dumps(answer, indent=2) + "\n")
print(answer, y.tolist(), t.tolist())
