import numpy as np
from side import serve, size

source = np.ones(size["mebibytes"] * 2**20, np.uint8)
target = np.zeros_like(source)

serve(f"NumPy {np.__version__}", lambda: np.copyto(target, source))
