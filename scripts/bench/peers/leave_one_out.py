"""The same algebra as here (one r × r Cholesky factor, residuals by Gram matrices); the gradient by autograd, the step by torch's Adam."""

import torch
from side import serve, size, threads

torch.manual_seed(0)
torch.set_num_threads(threads)
N, d, C, r = (size[key] for key in ("count", "width", "classes", "rank"))
m = N // C
y = torch.arange(C).repeat_interleave(m)
X = torch.nn.functional.normalize(torch.rand(N, d), dim=1)
L = (torch.randn(r, d) / d**0.5).requires_grad_()
log_lambda = torch.tensor(-1.2, requires_grad=True)
log_s = torch.tensor(2.3, requires_grad=True)
adam = torch.optim.Adam([{"params": [L], "lr": 1e-3}, {"params": [log_lambda, log_s], "lr": 1e-2}], foreach=True)
eye = torch.eye(r)
others = 1 - torch.eye(N)


def run():
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
    loss.item()


serve(f"PyTorch {torch.__version__}", run)
