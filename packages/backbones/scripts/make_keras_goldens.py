"""Makes src/testdata/keras-goldens.safetensors: features of keras.applications' networks of raw images, and the names of
their weights.

Weights and images come from a hash of their names, as in make_goldens.py. Needs keras 3 with any backend, and
safetensors. Run it in packages/backbones.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
from hashed_numbers import hashed_numbers, hashed_values
from safetensors.numpy import save_file

SIDE, BATCH = 64, 2


def hashed_weight(name, shape):
    fan_in = np.prod(shape[:2]) if shape[-1] == 1 else np.prod(shape[:-1])
    return hashed_values(name, shape, fan_in).astype(np.float32).reshape(shape)


def run(name, module, make, goldens, names):
    network = make(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3), pooling="avg")
    for weight in network.weights:
        weight.assign(hashed_weight(weight.path, tuple(weight.shape)))
    images = np.floor(128 + 127 * hashed_numbers("images", BATCH * SIDE * SIDE * 3)).reshape(BATCH, SIDE, SIDE, 3)
    goldens[name] = np.asarray(network.predict(module.preprocess_input(images.astype(np.float32)), verbose=0))
    names[name] = json.dumps({weight.path: list(weight.shape) for weight in network.weights})


def main():
    apps = keras.applications
    goldens, names = {}, {}
    run("resnet50", apps.resnet, apps.ResNet50, goldens, names)
    run("vgg16", apps.vgg16, apps.VGG16, goldens, names)
    run("vgg19", apps.vgg19, apps.VGG19, goldens, names)
    run("mobilenet_v1", apps.mobilenet, apps.MobileNet, goldens, names)
    run("mobilenet_v2", apps.mobilenet_v2, apps.MobileNetV2, goldens, names)
    save_file(goldens, "src/testdata/keras-goldens.safetensors", {**names, "keras": keras.__version__})


main()
