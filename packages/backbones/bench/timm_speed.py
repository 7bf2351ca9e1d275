"""Times a network of timm in PyTorch on the CPU (channels last): for each line read, `forward` or `train`, one line of seconds."""

import sys
import time

import timm
import torch

name, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
sizes = {"img_size": 224} if name.startswith("vit_") else {}
network = timm.create_model(name, num_classes=0, **sizes).eval().to(memory_format=torch.channels_last)
images = torch.rand(batch, 3, 224, 224).to(memory_format=torch.channels_last)


def run(mode):
    start = time.perf_counter()
    if mode == "train":
        network.zero_grad()
        network(images).square().mean().backward()
    else:
        with torch.inference_mode():
            network(images)
    return time.perf_counter() - start


run("forward"), run("train")
print(torch.__version__, flush=True)
for line in sys.stdin:
    print(run(line.strip()), flush=True)
