"""Makes src/testdata/tiny-resnet.onnx, a small residual network of timm, and tiny-resnet.safetensors, its features and its last map
for images that come from a hash.

Needs torch, timm, onnx, onnxscript and safetensors. Run it in packages/backbones, as make_goldens.py.
"""

import onnx
import torch
from hashed_numbers import hashed_numbers
from reference_run import fill
from safetensors.torch import save_file
from timm.models.resnet import BasicBlock, ResNet

SIDE = 64


class Both(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        layer = self.network.forward_features(images)
        return self.network.global_pool(layer), layer


def main():
    network = ResNet(BasicBlock, (1, 1, 1, 1), num_classes=0, channels=(8, 8, 16, 16), stem_width=8)
    fill(network)
    network = Both(network.float().eval())
    # Images of whole numbers, with ImageNet's preprocessing.
    pixels = torch.floor(128 + 127 * torch.from_numpy(hashed_numbers("photographs", 2 * SIDE * SIDE * 3)))
    mean, deviation = torch.tensor([123.675, 116.28, 103.53]), torch.tensor([58.395, 57.12, 57.375])
    images = ((pixels.reshape(2, SIDE, SIDE, 3) - mean) / deviation).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        features, layer = network(images)
    model = torch.onnx.export(network, (images,), input_names=["images"], output_names=["features", "layer4"],
                              dynamic_shapes={"images": {0: "batch"}}).model_proto
    del model.graph.value_info[:], model.metadata_props[:], model.graph.metadata_props[:]
    for each in [*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        # Where in the sources each operation comes from.
        del each.metadata_props[:]
        each.doc_string = ""
    onnx.save(model, "src/testdata/tiny-resnet.onnx")
    save_file({"features": features, "layer4": layer.permute(0, 2, 3, 1).contiguous()},
              "src/testdata/tiny-resnet.safetensors", {"torch": torch.__version__})


if __name__ == "__main__":
    main()
