import torch
from networks import batch, library, make
from side import serve, size

network, images = make(lambda features: torch.nn.Linear(features, 102)).train(), batch()
labels = torch.arange(size["batch"]) % 102
optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, nesterov=True)


def run():
    optimizer.zero_grad(set_to_none=True)
    torch.nn.functional.cross_entropy(network(images), labels).backward()
    optimizer.step()


serve(library, run)
