"""Reads the four files of an MNIST folder, as this project wrote them, with torchvision, and prints what it found.

usage: read_idx_with_torchvision.py FOLDER     FOLDER holds MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz
"""
import glob
import hashlib
import json
import os
import sys

from torchvision.datasets import MNIST
from torchvision.datasets.utils import extract_archive

folder = sys.argv[1]
for path in glob.glob(os.path.join(folder, "MNIST", "raw", "*.gz")):
    extract_archive(path, os.path.dirname(path))


def describe(train):
    data = MNIST(folder, train=train)
    return {
        "shape": list(data.data.shape),
        "images": hashlib.sha256(data.data.numpy().tobytes()).hexdigest(),
        "labels": data.targets.tolist(),
    }


print(json.dumps({"train": describe(True), "test": describe(False)}))
