import torch
from networks import batch, library, make
from side import serve

network, images = make().eval(), batch()


def run():
    with torch.inference_mode():
        network(images)


serve(library, run)
