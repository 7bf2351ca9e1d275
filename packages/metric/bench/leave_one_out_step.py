"""The full-batch leave-one-out step of DML-CRC in PyTorch on the CPU: what leave-one-out-step.ts is compared with.

Run: python leave_one_out_step.py [threads]. The same algebra (one r x r Cholesky, Gram form of the residuals), the
backward pass by autograd, Adam by torch.optim.
"""
import sys
import time

import torch

torch.manual_seed(0)
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
N, d, r, C = 1020, 1024, 512, 102
m = N // C
y = torch.arange(C).repeat_interleave(m)
X = torch.nn.functional.normalize(torch.rand(N, d), dim=1)
L = (torch.randn(r, d) / d**0.5).requires_grad_()
log_lambda = torch.tensor(-1.2, requires_grad=True)
log_s = torch.tensor(2.3, requires_grad=True)
adam = torch.optim.Adam([{"params": [L], "lr": 1e-3}, {"params": [log_lambda, log_s], "lr": 1e-2}], foreach=True)
eye = torch.eye(r)
others = 1 - torch.eye(N)


def step():
    D = X @ L.T
    K = D.T @ D + log_lambda.exp() * eye
    W = torch.cholesky_solve(D.T, torch.linalg.cholesky(K)).T
    S = W @ D.T
    A = S / (1 - S.diagonal())[:, None] * others
    H = D @ D.T
    blocks = D.view(C, m, r)
    G = blocks @ blocks.transpose(1, 2)
    parts = A.view(N, C, m)
    U = torch.einsum("bcm,cmn->bcn", parts, G)
    residuals = (D.square().sum(1, keepdim=True) + (parts * (U - 2 * H.view(N, C, m))).sum(2)).clamp(min=0)
    loss = torch.nn.functional.cross_entropy(-log_s.exp() * residuals, y)
    adam.zero_grad()
    loss.backward()
    adam.step()
    return loss.item()


for _ in range(5):
    step()
times = []
for _ in range(15):
    start = time.perf_counter()
    step()
    times.append(time.perf_counter() - start)
print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads: median {sorted(times)[7] * 1e3:.1f} ms a step")
