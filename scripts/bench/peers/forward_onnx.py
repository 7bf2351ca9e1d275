import io

import onnxruntime
import torch
from networks import batch, make
from side import serve, threads

network, images = make().eval(), batch()
model = io.BytesIO()
torch.onnx.export(network, (images[:1],), model, input_names=["x"], dynamic_axes={"x": {0: "batch"}}, dynamo=False)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(model.getvalue(), options, providers=["CPUExecutionProvider"])
given = {"x": images.contiguous().numpy()}
del network, model

serve(f"ONNX Runtime {onnxruntime.__version__}", lambda: session.run(None, given))
