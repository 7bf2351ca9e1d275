"""Prints, as JSON, what TensorBoard itself reads from a folder of events. Used by src/callbacks/tensorboard.test.ts."""
import io
import json
import sys

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"images": 0, "scalars": 0})
events.Reload()
tags = events.Tags()
images = {tag: [Image.open(io.BytesIO(e.encoded_image_string)) for e in events.Images(tag)] for tag in tags["images"]}
print(
    json.dumps(
        {
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {tag: [[i.size, i.mode, i.getpixel((0, 0))] for i in list_] for tag, list_ in images.items()},
        }
    )
)
