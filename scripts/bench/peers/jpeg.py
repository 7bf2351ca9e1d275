"""torch's DataLoader over torchvision with Pillow, one worker process for each core: bytes in tensors, as the loader compared with gives."""

import json

try:
    import cpu_torchvision  # noqa: F401  Where the operators of torchvision do not fit torch, a module of PYTHONPATH may repair it.
except ImportError:
    pass
import torch
import torchvision
from PIL import Image
from side import request, serve, threads
from torchvision import transforms

with open(request["pictures"]) as file:
    paths = json.load(file)
transform = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.PILToTensor()])


class Pictures(torch.utils.data.Dataset):
    def __len__(self):
        return len(paths)

    def __getitem__(self, index):
        with Image.open(paths[index]) as image:
            return transform(image.convert("RGB"))


loader = torch.utils.data.DataLoader(Pictures(), batch_size=32, num_workers=threads, persistent_workers=True)


def run():
    for _ in loader:
        pass


if __name__ == "__main__":
    serve(f"torchvision {torchvision.__version__}", run)
