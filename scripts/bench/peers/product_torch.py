import torch
from side import serve, size, threads

torch.set_num_threads(threads)
a, b = (torch.randn(size["side"], size["side"]) for _ in range(2))

serve(f"PyTorch {torch.__version__}", lambda: a @ b)
