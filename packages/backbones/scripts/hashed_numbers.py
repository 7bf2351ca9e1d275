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
