"""Times VGG-19's convolutions in PyTorch on the CPU (channels last); one line of seconds for each line read."""

import sys
import time

import torch

FILTERS = [64, 64, "M", 128, 128, "M"] + ([256] * 4 + ["M"]) + ([512] * 4 + ["M"]) * 2

batch = int(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
layers, channels = [], 3
for filters in FILTERS:
    if filters == "M":
        layers.append(torch.nn.MaxPool2d(2))
    else:
        layers += [torch.nn.Conv2d(channels, filters, 3, padding=1), torch.nn.ReLU(inplace=True)]
        channels = filters
network = torch.nn.Sequential(*layers).eval().to(memory_format=torch.channels_last)
images = torch.rand(batch, 3, 224, 224).to(memory_format=torch.channels_last)
with torch.inference_mode():
    network(images)
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        network(images).mean((2, 3))
        print(time.perf_counter() - start, flush=True)
