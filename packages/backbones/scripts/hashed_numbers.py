"""Numbers from a hash of a text, which src/testing/hashed-numbers.ts computes alike."""

import numpy as np


def hashed_numbers(text, length):
    seed = 0x811C9DC5
    for char in text:
        seed = ((seed ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    z = (np.arange(length, dtype=np.uint64) * 0x9E3779B9 + seed).astype(np.uint32)
    z = ((z ^ (z >> np.uint32(16))).astype(np.uint64) * 0x21F0AAAD).astype(np.uint32)
    z = ((z ^ (z >> np.uint32(15))).astype(np.uint64) * 0x735A2D97).astype(np.uint32)
    return ((z ^ (z >> np.uint32(15))) >> np.uint32(8)).astype(np.float64) / 2**23 - 1


def hashed_values(name, shape, fan_in):
    """Values of a parameter by the last part of its name, which is that of torch or of Keras. He's variance for kernels. Batch
    norm leaves few numbers near the kinks of ReLU and ReLU6, where a rounding error would change the gradient, and keeps the
    network from amplifying such errors."""
    numbers = hashed_numbers(name, int(np.prod(shape)))
    if name.endswith(("token", "embed", "latent")):
        return 0.5 * numbers
    if len(shape) > 1:
        return numbers * np.sqrt(6 / fan_in)
    if name.endswith(("running_var", "moving_variance")):
        return 1 + 0.5 * numbers
    if name.endswith((".weight", "/gamma")):
        return 0.4 + 0.1 * numbers
    if name.endswith(("running_mean", "moving_mean")):
        return 0.2 * numbers
    return 1 + 0.8 * numbers
