import numpy as np
from side import serve, size

rng = np.random.default_rng(0)
a, b = (rng.standard_normal((size["side"],) * 2, dtype=np.float32) for _ in range(2))

serve(f"NumPy {np.__version__}", lambda: a @ b)
