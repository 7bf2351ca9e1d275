"""The peer of speed.ts: torch's DataLoader and torchvision (Pillow) with 2 workers, images per second as JSON.

Usage: python peer.py FOLDER TRANSFORM; FOLDER/x/*.jpg are read. Only the second of two passes is timed.
Where the operators of torchvision do not fit torch, set PYTHONPATH to a folder with a `cpu_torchvision` module.
"""
import json
import sys
import time

try:
    import cpu_torchvision  # noqa: F401
except ImportError:
    pass
import torch
from torchvision import datasets, transforms

if __name__ == "__main__":
    folder, name = sys.argv[1:]
    crop = {
        "center": [transforms.Resize(256), transforms.CenterCrop(224)],
        "random": [transforms.RandomResizedCrop(224)],
    }[name]
    # Bytes in tensors, as the loader compared with gives: no conversion to floating point.
    data = datasets.ImageFolder(folder, transforms.Compose([*crop, transforms.PILToTensor()]))
    loader = torch.utils.data.DataLoader(data, batch_size=32, num_workers=2, persistent_workers=True, shuffle=True)
    for _ in range(2):
        start = time.perf_counter()
        count = sum(len(images) for images, _ in loader)
        seconds = time.perf_counter() - start
    print(json.dumps({"perSecond": count / seconds}))
