"""Writes src/testdata/scipy_{plain,compressed}.mat: the same arrays, as SciPy's own MAT 5 writer stores them."""
from pathlib import Path

import numpy as np
from scipy.io import savemat

here = Path(__file__).parent.parent / "src" / "testdata"
arrays = {
    "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "doubles": np.array([[0.5, -1.25, 1e300]]),
    "wide": np.array([[-(2**40), 2**40]], dtype=np.int64),
    "text": "left out",
}
for name, compressed in (("plain", False), ("compressed", True)):
    savemat(here / f"scipy_{name}.mat", arrays, do_compression=compressed)
