"""Writes src/testdata/pillow_resized.json: what Pillow's bilinear and bicubic resizing make of noise.

The noise is drawn by a linear congruential generator that the test repeats: only sizes and results are stored.
"""
import base64
import json
from pathlib import Path

from PIL import Image, __version__


def noise(width: int, height: int, seed: int) -> bytes:
    out, state = bytearray(), seed
    for _ in range(width * height * 3):
        state = (1664525 * state + 1013904223) % 2**32
        out.append(state >> 24)
    return bytes(out)


# width, height of the image; of the resized one; left, top, columns, rows of the window
CASES = [
    (50, 37, 34, 25, 3, 2, 20, 21),  # smaller, by a half or so
    (50, 37, 7, 5, 0, 0, 7, 5),  # much smaller
    (20, 15, 64, 49, 11, 9, 30, 31),  # larger
    (33, 21, 33, 21, 4, 5, 17, 11),  # not at all
    (33, 21, 33, 10, 4, 1, 17, 9),  # along y alone
    (33, 21, 16, 21, 1, 5, 15, 11),  # along x alone
    (40, 9, 16, 27, 0, 0, 16, 27),  # smaller along x, larger along y
    (1, 1, 6, 5, 1, 1, 4, 4),  # one pixel
    (200, 3, 5, 5, 1, 0, 3, 5),  # by forty
    (31, 30, 30, 31, 13, 14, 1, 1),  # a window of one pixel
    (500, 375, 341, 256, 150, 100, 24, 24),  # the usual view for testing
]

cases = []
for interpolation in ("bilinear", "bicubic"):
    for seed, (width, height, *rest) in enumerate(CASES):
        left, top, columns, rows = rest[2:]
        image = Image.frombytes("RGB", (width, height), noise(width, height, seed))
        whole = image.resize(rest[:2], Image.Resampling[interpolation.upper()])
        cut = whole.crop((left, top, left + columns, top + rows))
        cases.append(
            {
                "seed": seed,
                "image": {"width": width, "height": height},
                "window": dict(zip(("width", "height", "left", "top", "columns", "rows"), rest)),
                "interpolation": interpolation,
                "pixels": base64.b64encode(cut.tobytes()).decode(),
            }
        )
to = Path(__file__).parent.parent / "src" / "testdata" / "pillow_resized.json"
to.write_text(json.dumps({"pillow": __version__, "cases": cases}, indent=1) + "\n")
