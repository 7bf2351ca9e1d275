"""Makes src/testdata/goldens.safetensors: features and input gradients of torchvision's and timm's networks.

Weights and inputs come from a hash of their names, which src/testing/hashed-numbers.ts computes alike. Needs torch,
torchvision, timm and safetensors. Run it in packages/backbones; where torchvision does not fit torch, put a module that
makes it importable first, as in `PYTHONPATH=folder python -c "import that_module; exec(open(...).read())"`.
"""

import numpy as np
import timm
import torch
import torchvision
from safetensors.numpy import save_file

SIDE = 64
BATCH = 4
FEATURE_STEP, GRADIENT_STEP = 3, 31  # Every so many numbers are kept.


def hashed_numbers(text, length):
    seed = 0x811C9DC5
    for char in text:
        seed = ((seed ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    z = (np.arange(length, dtype=np.uint64) * 0x9E3779B9 + seed).astype(np.uint32)
    z = ((z ^ (z >> np.uint32(16))).astype(np.uint64) * 0x21F0AAAD).astype(np.uint32)
    z = ((z ^ (z >> np.uint32(15))).astype(np.uint64) * 0x735A2D97).astype(np.uint32)
    return ((z ^ (z >> np.uint32(15))) >> np.uint32(8)).astype(np.float64) / 2**23 - 1


def hashed_parameter(name, shape):
    """He's variance for kernels. Batch norm leaves few numbers near the kinks of ReLU and ReLU6, where a rounding error
    would change the gradient, and keeps the network from amplifying such errors."""
    numbers = hashed_numbers(name, int(np.prod(shape)))
    if len(shape) > 1:
        numbers = numbers * np.sqrt(6 / np.prod(shape[1:]))
    elif name.endswith("running_var"):
        numbers = 1 + 0.5 * numbers
    elif name.endswith(".weight"):
        numbers = 0.4 + 0.1 * numbers
    elif name.endswith("running_mean"):
        numbers = 0.2 * numbers
    else:
        numbers = 1 + 0.8 * numbers
    return torch.from_numpy(numbers.astype(np.float32).astype(np.float64).reshape(shape))


def fill(network):
    state = {name: tensor if name.endswith("num_batches_tracked") else hashed_parameter(name, tuple(tensor.shape))
             for name, tensor in network.state_dict().items()}
    network.double().load_state_dict(state)


def run(network, training, features_of, name, goldens):
    fill(network)
    network.train(training)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    images = hashed_numbers("images", BATCH * SIDE * SIDE * 3).reshape(BATCH, SIDE, SIDE, 3)
    x = torch.from_numpy(2 * images.astype(np.float32).astype(np.float64)).permute(0, 3, 1, 2).requires_grad_()
    features = features_of(network, x)
    direction = torch.from_numpy(hashed_numbers("direction", features.numel())).reshape(features.shape)
    (features * direction).sum().backward()
    gradient = x.grad.permute(0, 2, 3, 1).reshape(-1)[::GRADIENT_STEP]
    key = f"{name}/{'train' if training else 'eval'}"
    goldens[f"{key}/features"] = features.detach().reshape(-1)[::FEATURE_STEP].numpy().astype(np.float32)
    goldens[f"{key}/gradient"] = gradient.numpy().astype(np.float32)


def pooled(module, x):
    return module(x).mean((2, 3))


def vgg(network, x):
    return pooled(network.features, x)


def timm_features(network, x):
    return network.forward_features(x).mean((2, 3))


def resnet(network, x):
    for layer in (network.conv1, network.bn1, network.relu, network.maxpool, network.layer1, network.layer2,
                  network.layer3):
        x = layer(x)
    return pooled(network.layer4, x)


def main():
    tv = torchvision.models
    goldens = {}
    run(tv.vgg19(), False, vgg, "torchvision/vgg19", goldens)
    run(timm.create_model("vgg16"), False, vgg, "timm/vgg16", goldens)
    for training in (False, True):
        run(tv.resnet18(), training, resnet, "torchvision/resnet18", goldens)
        run(timm.create_model("resnet50"), training, timm_features, "timm/resnet50", goldens)
        run(tv.mobilenet_v2(), training, vgg, "torchvision/mobilenet_v2", goldens)
        run(timm.create_model("mobilenetv2_100"), training, timm_features, "timm/mobilenet_v2", goldens)
        run(tv.efficientnet_b0(stochastic_depth_prob=0.0), training, vgg, "torchvision/efficientnet_b0", goldens)
        run(timm.create_model("efficientnet_b0"), training, timm_features, "timm/efficientnet_b0", goldens)
    save_file(goldens, "src/testdata/goldens.safetensors",
              {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__})


main()
