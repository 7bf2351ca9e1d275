#!/usr/bin/env bash
# Installs what `npm run bench` compares with, into a Python environment of its own that git does not see.
# Usage: scripts/bench/install-peers.sh [folder]. Needs Python 3.10 or later; takes about 2 GB.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-.bench-peers}

python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
  torch==2.13.0 torchvision==0.28.0 timm pillow numpy scipy scikit-learn onnx onnxruntime
"$folder/bin/pip" freeze --disable-pip-version-check >"$folder/versions.txt"
echo "peers are in $folder: npm run bench -- --python $folder/bin/python"
