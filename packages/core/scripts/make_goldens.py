"""Makes src/testdata: files by the reference safetensors library, and numbers by a plain xoshiro128**.

Needs: pip install safetensors numpy torch
"""
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

here = Path(__file__).parent.parent / "src" / "testdata"

values = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 1e-5, float("inf"), float("-inf"), 3.140625]
save_file(
    {
        "f64": torch.tensor(values, dtype=torch.float64),
        "f32": torch.tensor(values, dtype=torch.float32).reshape(2, 5),
        "f16": torch.tensor(values, dtype=torch.float16).reshape(5, 2),
        "bf16": torch.tensor(values, dtype=torch.bfloat16),
        "i64": torch.tensor([-(2**62), 5], dtype=torch.int64),
        "i32": torch.tensor([[-7], [8]], dtype=torch.int32),
        "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(4.5),
        "empty": torch.zeros(0, 3),
    },
    here / "reference.safetensors",
    metadata={"made_by": "safetensors (Python)"},
)
widened = {
    "f16": np.array(values, dtype=np.float16).astype(np.float64),
    "bf16": torch.tensor(values, dtype=torch.bfloat16).double().numpy(),
}


def xoshiro128starstar(state, count):
    mask = 0xFFFFFFFF

    def rotl(x, k):
        return ((x << k) | (x >> (32 - k))) & mask

    s, out = list(state), []
    for _ in range(count):
        out.append((rotl((s[1] * 5) & mask, 7) * 9) & mask)
        t = (s[1] << 9) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)
    return {"from": list(state), "values": out, "to": s}


(here / "reference.json").write_text(
    json.dumps(
        {
            "widened": {key: [repr(float(x)) for x in array] for key, array in widened.items()},
            "xoshiro128starstar": xoshiro128starstar([1, 2, 3, 4], 20),
        },
        indent=2,
    )
    + "\n"
)
