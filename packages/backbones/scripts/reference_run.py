"""Runs a reference network whose weights and inputs come from a hash of their names."""

import json

import numpy as np
import torch
from hashed_numbers import hashed_numbers, hashed_values

FEATURE_STEP, GRADIENT_STEP = 3, 31  # One in this many numbers is kept.


def hashed_parameter(name, shape):
    numbers = hashed_values(name, shape, fan_in=np.prod(shape[1:]))
    return torch.from_numpy(numbers.astype(np.float32).astype(np.float64).reshape(shape))


def fill(network):
    state = {name: tensor if name.endswith("num_batches_tracked") else hashed_parameter(name, tuple(tensor.shape))
             for name, tensor in network.state_dict().items()}
    network.double().load_state_dict(state)


def distance(values, scale):
    return (values.abs().min() / scale).item() if values.numel() > 0 else float("inf")


class Kinks:
    """The least distance of a number from where the gradient of a ReLU, ReLU6 or max-pool jumps, relative to the map."""

    def __init__(self, network):
        self.least = float("inf")
        for module in network.modules():
            if isinstance(module, (torch.nn.ReLU, torch.nn.ReLU6)):
                module.inplace = False
                module.register_forward_pre_hook(self.activation)
            elif isinstance(module, torch.nn.MaxPool2d):
                module.register_forward_pre_hook(self.pool)

    def activation(self, module, inputs):
        z = inputs[0].detach()
        scale = z.square().mean().sqrt()
        self.least = min(self.least, distance(z, scale))
        if isinstance(module, torch.nn.ReLU6):
            self.least = min(self.least, distance(z - 6, scale))

    def pool(self, module, inputs):
        x = inputs[0].detach()
        windows = torch.nn.functional.unfold(x.flatten(0, 1)[:, None], module.kernel_size, padding=module.padding,
                                             stride=module.stride)
        first, second = windows.topk(2, dim=1).values.unbind(1)
        # Where all are 0, the ReLU before lets no gradient pass.
        self.least = min(self.least, distance((first - second)[first > 0], x.square().mean().sqrt()))


def images_of(seed, batch, side):
    numbers = hashed_numbers(f"images {seed}", batch * side * side * 3).reshape(batch, side, side, 3)
    return torch.from_numpy(2 * numbers.astype(np.float32).astype(np.float64)).permute(0, 3, 1, 2)


def farthest_from_kinks(network, features_of, batch, side, seeds):
    """Another order of summation must not round a number to the other side of a kink: of many images those are taken of
    which all numbers stay farthest from one."""
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    kinks, best = Kinks(network), (0, -1.0)
    for seed in range(seeds):
        kinks.least = float("inf")
        with torch.no_grad():
            features_of(network, images_of(seed, batch, side))
        best = max(best, (seed, kinks.least), key=lambda pair: pair[1])
        if kinks.least > 1e-5:
            break
    network.load_state_dict(state)
    return best


def run(network, training, features_of, name, goldens, chosen, batch=4, side=64, seeds=4):
    fill(network)
    network.train(training)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    seed, least = farthest_from_kinks(network, features_of, batch, side, seeds)
    x = images_of(seed, batch, side).requires_grad_()
    features = features_of(network, x)
    direction = torch.from_numpy(hashed_numbers("direction", features.numel())).reshape(features.shape)
    (features * direction).sum().backward()
    gradient = x.grad.permute(0, 2, 3, 1).reshape(-1)[::GRADIENT_STEP]
    key = f"{name}/{'train' if training else 'eval'}"
    print(f"{key}: images {seed} stay {least:.1e} from any kink", flush=True)
    goldens[f"{key}/features"] = features.detach().reshape(-1)[::FEATURE_STEP].numpy().astype(np.float32)
    goldens[f"{key}/gradient"] = gradient.numpy().astype(np.float32)
    chosen[key] = json.dumps({"seed": seed, "batch": batch, "side": side})
