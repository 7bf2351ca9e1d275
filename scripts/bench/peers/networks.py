"""The networks in PyTorch, channels last, up to their features. Norms are folded into the convolutions, as here; those of timm are as timm has them."""

import torch
from side import size, threads
from torch.nn import AdaptiveAvgPool2d, Conv2d, Flatten, MaxPool2d, ReLU, ReLU6, Sequential

torch.set_num_threads(threads)
torch.manual_seed(0)
library = f"PyTorch {torch.__version__}"


def vgg19():
    """Simonyan & Zisserman 2015, table 1, E."""
    layers, channels = [], 3
    for filters, count in [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]:
        for _ in range(count):
            layers += [Conv2d(channels, filters, 3, padding=1), ReLU(inplace=True)]
            channels = filters
        layers.append(MaxPool2d(2))
    return layers, channels


def mobilenet_v1():
    """Howard et al. 2017, table 1."""
    layers, channels = [Conv2d(3, 32, 3, 2, 1), ReLU6(inplace=True)], 32
    for filters, stride in zip([64, 128, 128, 256, 256] + [512] * 6 + [1024] * 2, [1, 2, 1, 2, 1, 2] + [1] * 5 + [2, 1]):
        layers += [Conv2d(channels, channels, 3, stride, 1, groups=channels), ReLU6(inplace=True)]
        layers += [Conv2d(channels, filters, 1), ReLU6(inplace=True)]
        channels = filters
    return layers, channels


OWN = {"vgg19": vgg19, "mobilenet_v1": mobilenet_v1}
name = size["network"]
if name not in OWN:
    import timm

    library += f", timm {timm.__version__}"


def body():
    """Layers from the images to the features, and the number of these."""
    if name in OWN:
        layers, channels = OWN[name]()
        return [*layers, AdaptiveAvgPool2d(1), Flatten()], channels
    network = timm.create_model(name, num_classes=0, **({"img_size": 224} if name.startswith("vit_") else {}))
    return [network], network.num_features


def make(*head):
    """The network of the case; `head` makes further layers of the number of features."""
    layers, channels = body()
    return Sequential(*layers, *(each(channels) for each in head)).to(memory_format=torch.channels_last)


def batch():
    return torch.rand(size["batch"], 3, 224, 224).to(memory_format=torch.channels_last)
