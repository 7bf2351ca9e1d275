"""Makes src/testdata/layer-goldens.safetensors: what PyTorch's and timm's layers give, and their gradients.

All inputs come from a hash of their names. Needs torch, timm and safetensors. Run it in packages/backbones, as make_goldens.py.
"""

import torch
from hashed_numbers import hashed_numbers
from safetensors.torch import save_file
from timm.layers import QuickGELU
from timm.layers.grn import GlobalResponseNorm
from torch.nn import functional as F


def hashed(name, *shape):
    size = torch.Size(shape).numel()
    return torch.from_numpy(hashed_numbers(name, size)).reshape(shape).requires_grad_()


def record(goldens, name, output, *inputs):
    output.backward(hashed(f"{name} direction", *output.shape).detach())
    goldens[f"{name}/output"] = output.detach().float().contiguous()
    for i, each in enumerate(inputs):
        goldens[f"{name}/gradient {i}"] = each.grad.float().contiguous()


def main():
    goldens = {}
    for name, activation in (("gelu", F.gelu), ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
                             ("gelu_sigmoid", QuickGELU())):
        x = hashed("x", 40)
        record(goldens, name, activation(5 * x), x)
    q, k, v = hashed("q", 2, 3, 4, 6), hashed("k", 2, 3, 5, 6), hashed("v", 2, 3, 5, 6)
    record(goldens, "attention", F.scaled_dot_product_attention(5 * q, k, v), q, k, v)
    x, gamma, beta = hashed("x", 2, 3, 3, 8), hashed("gamma", 8), hashed("beta", 8)
    record(goldens, "layer norm", F.layer_norm(x, (8,), gamma, beta, eps=1e-6), x, gamma, beta)
    x, norm = hashed("x", 2, 3, 3, 8), GlobalResponseNorm(8, channels_last=True).double()
    norm.load_state_dict({"weight": hashed("gamma", 8).detach(), "bias": hashed("beta", 8).detach()})
    output = norm(x)
    record(goldens, "response norm", output, x, norm.weight, norm.bias)
    for old, new in ((37, 16), (37, 24), (14, 21), (7, 2)):
        line = hashed("line", 1, 1, old, old).float().detach()
        goldens[f"positions {old} to {new}"] = F.interpolate(line, size=(new, new), mode="bicubic", antialias=True)
    save_file(goldens, "src/testdata/layer-goldens.safetensors", {"torch": torch.__version__})


if __name__ == "__main__":
    main()
