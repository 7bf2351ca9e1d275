"""Makes src/testdata/torchvision_augment.json: what torchvision's operations make of a picture, and what its policies draw.

Run it in packages/datasets; needs torch, torchvision 0.28 and numpy.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from torchvision.transforms import v2

SIDE, DRAWS, SEED = 12, 20000, 0
MAGNITUDES = {
    "ShearX": [0.09, -0.3, 0.7], "ShearY": [0.09, -0.3, 0.7], "TranslateX": [1.9, -3, 20], "TranslateY": [1.9, -3, 20],
    "Rotate": [9, -30, 100.3], "Brightness": [0.27, -0.6, 0.99], "Color": [0.27, -0.6, 0.99],
    "Contrast": [0.27, -0.6, 0.99], "Sharpness": [0.27, -0.6, 0.99], "Posterize": [8, 5, 2],
    "Solarize": [1, 0.7, 0], "AutoContrast": [0], "Equalize": [0], "Identity": [0],
}


def recorded(policy, draws):
    """How often each operation was drawn with each magnitude, for samples of 224 pixels."""
    counts = {}

    def record(image, name, magnitude, **_):
        key = f"{name} {magnitude + 0.0:.4f}"
        counts[key] = counts.get(key, 0) + 1
        return image

    policy._apply_image_or_video_transform = record
    image = torch.zeros(3, 224, 224, dtype=torch.uint8)
    for _ in range(draws):
        policy(image)
    return counts


def twentieths(values):
    """How many of the values from 0 to 1 lie in each twentieth."""
    return np.histogram(values, 20, (0, 1))[0].tolist()


def main():
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[:SIDE, :SIDE]
    smooth = np.stack([20 + 12 * x, 30 + 9 * y + 4 * x, 200 - 8 * x - 5 * y])
    picture = torch.from_numpy(np.clip(smooth + rng.integers(-15, 16, smooth.shape), 0, 255).astype(np.uint8))
    policy = v2.TrivialAugmentWide()

    def encoded(image):
        return base64.b64encode(image.permute(1, 2, 0).contiguous().numpy().tobytes()).decode()

    def result(name, magnitude):
        return encoded(policy._apply_image_or_video_transform(
            picture, name, float(magnitude), interpolation=v2.InterpolationMode.NEAREST, fill=policy._fill))

    def params(mix, side):
        image = torch.zeros(2, 3, side, side)
        return mix.make_params([image])

    golden = {
        "side": SIDE,
        "picture": encoded(picture),
        "operations": [{"name": name, "magnitude": magnitude, "result": result(name, magnitude)}
                       for name, magnitudes in MAGNITUDES.items() for magnitude in magnitudes],
        "trivialAugment": recorded(v2.TrivialAugmentWide(), DRAWS),
        "randAugment": recorded(v2.RandAugment(), DRAWS // 2),
        "mixup": {str(alpha): twentieths([params(v2.MixUp(num_classes=2, alpha=alpha), 2)["lam"]
                                          for _ in range(DRAWS)]) for alpha in (0.2, 1.0)},
        "cutMix": {str(alpha): twentieths([params(v2.CutMix(num_classes=2, alpha=alpha), 224)["lam_adjusted"]
                                           for _ in range(DRAWS)]) for alpha in (0.2, 1.0)},
    }
    Path("src/testdata/torchvision_augment.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
