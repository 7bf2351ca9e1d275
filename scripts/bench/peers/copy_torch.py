import torch
from side import serve, size, threads

torch.set_num_threads(threads)
source = torch.ones(size["mebibytes"] * 2**20, dtype=torch.uint8)
target = torch.zeros_like(source)

serve(f"PyTorch {torch.__version__}", lambda: target.copy_(source))
