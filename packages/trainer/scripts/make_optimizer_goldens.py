"""Writes src/testdata/optimizers.json: paths of one parameter under PyTorch's optimisers.

Run: python scripts/make_optimizer_goldens.py (needs torch, numpy).
Weight decay is decoupled here: for SGD, which PyTorch has only in the coupled form, the decay is applied by hand.
"""
import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(0)
start = rng.normal(size=(2, 3)).astype(np.float32)
gradients = rng.normal(size=(6, 2, 3)).astype(np.float32)
rates = [0.1, 0.05, 0.1, 0.02, 0.1, 0.01]


def path(make, decay=0.0, by_hand=False):
    p = torch.tensor(start, requires_grad=True)
    optimizer = make([p])
    steps = []
    for gradient, rate in zip(gradients, rates):
        for group in optimizer.param_groups:
            group["lr"] = rate
        p.grad = torch.tensor(gradient)
        if by_hand:
            with torch.no_grad():
                p.mul_(1 - rate * decay)
        optimizer.step()
        steps.append(p.detach().flatten().tolist())
    return steps


goldens = {
    "torch": torch.__version__,
    "start": start.flatten().tolist(),
    "gradients": [g.flatten().tolist() for g in gradients],
    "rates": rates,
    "paths": {
        "sgd": path(lambda p: torch.optim.SGD(p, lr=0.1)),
        "momentum": path(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        "nesterov": path(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
        "nesterov with decay": path(
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), decay=0.1, by_hand=True
        ),
        "adamW": path(lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    },
}
target = pathlib.Path(__file__).parent.parent / "src" / "testdata" / "optimizers.json"
target.write_text(json.dumps(goldens, indent=1) + "\n")
