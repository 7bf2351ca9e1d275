"""Makes src/testdata/goldens.safetensors: features and input gradients of torchvision's and timm's networks.

Weights and inputs come from a hash of their names, which src/testing/hashed-numbers.ts computes alike. Needs torch,
torchvision, timm and safetensors. Run it in packages/backbones, `python3 scripts/make_goldens.py [name …]`: networks that
are named are added or made again, the others stay; without a name all are made. Where torchvision does not fit torch, put a
module that makes it importable first, as in `PYTHONPATH=folder:scripts python3 -c "import that_module, make_goldens;
make_goldens.main()" [name …]`.
"""

import sys
from pathlib import Path

import numpy as np
import timm
import torch
import torchvision
from hashed_numbers import hashed_numbers
from reference_run import FEATURE_STEP, fill, images_of, run
from safetensors import safe_open
from safetensors.numpy import save_file

GOLDENS = Path("src/testdata/goldens.safetensors")


def run_dense(network, goldens):
    """fc6 and fc7, which need images of full size; one image."""
    fill(network)
    x = network.eval().features(images_of(0, 1, 224)).flatten(1)
    for name, dense in (("fc6", network.classifier[0]), ("fc7", network.classifier[3])):
        x = torch.relu(dense(x))
        goldens[f"torchvision/vgg19/{name}"] = x.reshape(-1)[::FEATURE_STEP].numpy().astype(np.float32)


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


def patches_mean(network, x):
    return network.forward_features(x)[:, network.num_prefix_tokens:].mean(1)


def class_token_and_mean(network, x):
    return torch.cat([network.forward_features(x)[:, 0], patches_mean(network, x)], 1)


def pre_logits(network, x):
    return network.forward_head(network.forward_features(x), pre_logits=True)


def timm_transformer(name, side, features_of=class_token_and_mean, depth=2):
    """One of two blocks unless said, of images of another size than its position embeddings."""
    network = timm.create_model(name, depth=depth, dynamic_img_size=True)
    key = f"timm/{name}" if depth == 2 else f"timm/{name}, {depth} blocks"
    return lambda *to: run(network, False, features_of, key, *to, batch=2, side=side, seeds=1)


def at_full_size(name, side):
    """Features alone, of one image."""
    def make(goldens, _chosen):
        network = timm.create_model(name, depth=2, dynamic_img_size=True).eval()
        fill(network)
        with torch.no_grad():
            features = class_token_and_mean(network, images_of(0, 1, side))
        goldens[f"timm/{name}/{side}"] = features.reshape(-1)[::FEATURE_STEP].numpy().astype(np.float32)
    return make


def both_modes(make, features_of, key, **options):
    def make_both(*to):
        for training in (False, True):
            run(make(), training, features_of, key, *to, **options)
    return make_both


def evaluated(make, features_of, key, **options):
    return lambda *to: run(make(), False, features_of, key, *to, **options)


def dense_layers(goldens, _chosen):
    with torch.no_grad():
        run_dense(torchvision.models.vgg19(), goldens)


def timm_network(name, **options):
    return lambda: timm.create_model(name, **options)


TV = torchvision.models
NETWORKS = {
    "torchvision/vgg19": evaluated(TV.vgg19, vgg, "torchvision/vgg19", batch=1, side=32, seeds=300),
    "torchvision/vgg19 fc": dense_layers,
    "timm/vgg16": evaluated(timm_network("vgg16"), vgg, "timm/vgg16", batch=1, side=32, seeds=300),
    "torchvision/resnet18": both_modes(TV.resnet18, resnet, "torchvision/resnet18"),
    "timm/resnet34": both_modes(timm_network("resnet34"), timm_features, "timm/resnet34"),
    "timm/resnet50": both_modes(timm_network("resnet50"), timm_features, "timm/resnet50", batch=2, seeds=40),
    "torchvision/mobilenet_v2": both_modes(TV.mobilenet_v2, vgg, "torchvision/mobilenet_v2"),
    "timm/mobilenet_v2": both_modes(timm_network("mobilenetv2_100"), timm_features, "timm/mobilenet_v2"),
    "torchvision/efficientnet_b0": both_modes(lambda: TV.efficientnet_b0(stochastic_depth_prob=0.0), vgg,
                                              "torchvision/efficientnet_b0"),
    "timm/efficientnet_b0": both_modes(timm_network("efficientnet_b0"), timm_features, "timm/efficientnet_b0"),
    "timm/vgg16_bn": evaluated(timm_network("vgg16_bn"), vgg, "timm/vgg16_bn", batch=1, side=32, seeds=300),
    "timm/vgg19_bn": evaluated(timm_network("vgg19_bn"), vgg, "timm/vgg19_bn", batch=1, side=32, seeds=300),
    "timm/resnet101": evaluated(timm_network("resnet101"), timm_features, "timm/resnet101", batch=1, seeds=40),
    "timm/densenet121": both_modes(timm_network("densenet121"), timm_features, "timm/densenet121", batch=2, seeds=40),
    "timm/densenet169": evaluated(timm_network("densenet169"), timm_features, "timm/densenet169", batch=2, seeds=40),
    "timm/inception_v3": both_modes(timm_network("inception_v3"), timm_features, "timm/inception_v3", batch=4,
                                    side=107, seeds=12),
    "timm/efficientnet_lite0": both_modes(timm_network("efficientnet_lite0"), timm_features, "timm/efficientnet_lite0"),
    "timm/convnext_tiny": evaluated(timm_network("convnext_tiny"), pre_logits, "timm/convnext_tiny", batch=2, seeds=1),
    "timm/convnext_small": evaluated(timm_network("convnext_small"), pre_logits, "timm/convnext_small", batch=2,
                                     seeds=1),
    "timm/convnextv2_tiny": evaluated(timm_network("convnextv2_tiny"), pre_logits, "timm/convnextv2_tiny", batch=2,
                                      seeds=1),
    "timm/vit_small_patch14_dinov2": timm_transformer("vit_small_patch14_dinov2", 70),
    "timm/vit_small_patch14_dinov2, 12 blocks": timm_transformer("vit_small_patch14_dinov2", 42, depth=12),
    "timm/vit_small_patch14_dinov2, full size": lambda *to: [at_full_size("vit_small_patch14_dinov2", side)(*to)
                                                             for side in (224, 336)],
    "timm/vit_small_patch14_reg4_dinov2": timm_transformer("vit_small_patch14_reg4_dinov2", 42),
    "timm/vit_base_patch14_dinov2": timm_transformer("vit_base_patch14_dinov2", 42),
    "timm/vit_base_patch14_reg4_dinov2": timm_transformer("vit_base_patch14_reg4_dinov2", 42),
    "timm/vit_small_patch16_dinov3": timm_transformer("vit_small_patch16_dinov3", 64),
    "timm/vit_base_patch16_224": timm_transformer("vit_base_patch16_224", 48),
    "timm/vit_base_patch32_clip_224": timm_transformer("vit_base_patch32_clip_224", 96),
    "timm/vit_base_patch32_clip_quickgelu_224": timm_transformer("vit_base_patch32_clip_quickgelu_224", 64),
    "timm/vit_base_patch16_siglip_224": timm_transformer("vit_base_patch16_siglip_224", 48, pre_logits),
}


def main():
    goldens, chosen = {}, {}
    asked = sys.argv[1:] or list(NETWORKS)
    if GOLDENS.exists():
        with safe_open(GOLDENS, "np") as before:
            goldens = {key: before.get_tensor(key) for key in before.keys()}
            chosen = before.metadata()
    for name in asked:
        NETWORKS[name](goldens, chosen)
    save_file(goldens, GOLDENS, {**chosen, "torch": torch.__version__, "torchvision": torchvision.__version__,
                                 "timm": timm.__version__})


if __name__ == "__main__":
    main()
