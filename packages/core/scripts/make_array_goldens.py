"""Makes src/arrays/testdata: array files as NumPy, SciPy and pandas' conventions write them, and goldens.json with what is in them.

Needs: pip install numpy scipy
"""
import json
from pathlib import Path

import numpy as np
from scipy.io import savemat
from scipy.sparse import csc_matrix

here = Path(__file__).parent.parent / "src" / "arrays" / "testdata"
goldens = {}


def npy(name, array):
    np.save(here / f"{name}.npy", array)
    goldens[name] = {"shape": list(array.shape), "values": [str(x) for x in array.ravel(order="C").tolist()]}


table = np.arange(12, dtype=np.float32).reshape(4, 3) / 4
npy("float32", table)
npy("fortran_float64", np.asfortranarray(table.astype(float)))
npy("fortran_3d", np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4)))
npy("float16", np.array([0.5, -2.0, 65504.0, 2.0**-24], dtype=np.float16))
npy("big_endian", np.array([[1.5, -2.25]], dtype=">f8"))
npy("uint64", np.array([0, 2**64 - 1], dtype=np.uint64))
npy("bool", np.array([True, False, True]))
goldens["bool"]["values"] = ["1", "0", "1"]
npy("unicode", np.array([["rose", "löwenzahn"], ["🌼", ""]]))
npy("byte_texts", np.array([b"ab", b"c"]))
goldens["byte_texts"]["values"] = ["ab", "c"]
npy("unicode_fortran_big_endian", np.asfortranarray(np.array([["a", "b", "c"], ["d", "e", "f"]]).astype(">U1")))

np.savez_compressed(here / "several.npz", features=table, labels=np.arange(4))
np.savez(here / "one.npz", features=table)
np.savez_compressed(here / "scikit_learn.npz", X=table, y=np.array(["b", "a", "b", "a"]), other=np.arange(3))
np.savetxt(here / "table.csv", table, delimiter=",", header="a,b,c", comments="")
np.savetxt(here / "spaces.txt", table, header="written by NumPy")

arrays = {
    "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "doubles": np.array([[0.5, -1.25, 1e300]]),
    "wide": np.array([[-(2**40), 2**40]], dtype=np.int64),
    "text": "left out",
    "cube": np.arange(24, dtype=float).reshape(2, 3, 4),
}
for name, compressed in (("plain", False), ("compressed", True)):
    savemat(here / f"scipy_{name}.mat", arrays, do_compression=compressed)

# Texts in cells, structures with texts and numbers, and both within each other: what the lists of data sets are made of.
texts = np.array([["n02085620-Chihuahua/1.jpg"], ["löwenzahn"], ["🌼"], [""]], dtype=object)
structures = np.zeros((1, 3), dtype=[("path", object), ("class", object), ("box", object)])
for i in range(3):
    structures[0, i] = (f"car_ims/{i + 1:06}.jpg", np.uint8(i + 1), np.array([[1.5, 2], [3, 4 + i]]))
values = {
    "texts": texts,
    "rows": np.array(["ab ", "cde"]),
    "structures": structures,
    "nested": {"inner": {"names": np.array(["a", "b"], dtype=object)}, "none": np.zeros((0, 0))},
    "labels": np.array([[1.0], [120.0]]),
    "flag": np.array([[True, False]]),
    "sparse": csc_matrix(np.eye(3)),
    "holds_sparse": np.array(["a", csc_matrix(np.eye(3))], dtype=object),
}
for name, compressed in (("plain", False), ("compressed", True)):
    savemat(here / f"scipy_values_{name}.mat", values, do_compression=compressed)

(here / "goldens.json").write_text(json.dumps(goldens, indent=1) + "\n")
