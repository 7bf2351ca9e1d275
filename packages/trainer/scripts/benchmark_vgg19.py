"""The peer of benchmark-vgg19.ts: a training step of VGG-19 in PyTorch on the CPU, channels_last.

Run: python scripts/benchmark_vgg19.py BATCH STEPS THREADS (needs torch). Prints one line of JSON.
"""
import json
import resource
import sys
import time

import torch

batch, steps, threads = (int(a) for a in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(0)
# VGG-19's convolutions to the last pool (Simonyan & Zisserman, table 1, E), their mean over space, a dense layer.
layers, channels = [], 3
for filters, count in [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]:
    for _ in range(count):
        layers += [torch.nn.Conv2d(channels, filters, 3, padding=1), torch.nn.ReLU(inplace=True)]
        channels = filters
    layers.append(torch.nn.MaxPool2d(2))
model = torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(512, 102))
model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, nesterov=True)
images = torch.rand(batch, 3, 224, 224).to(memory_format=torch.channels_last)
labels = torch.randint(0, 102, (batch,))
seconds = []
for _ in range(steps + 1):
    begun = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - begun)
seconds = sorted(seconds[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"library": f"torch {torch.__version__}", "seconds": seconds[len(seconds) // 2], "peakRssMb": peak}))
