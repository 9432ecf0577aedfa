"""The other side of the interoperability tests: PyTorch, with a safetensors reader and writer of its own.

    interop.py logits WEIGHTS IMAGES OUT   reads safetensors WEIGHTS, of the classifier or of a network that the file
                                          describes, writes the logits of the IMAGES as raw float32
    interop.py train  IMAGES LABELS OUT    trains the network for a moment, writes OUT.safetensors, OUT.logits and OUT.pth
    interop.py run    FOLDER LINES         runs LINES of Python in FOLDER; the package safetensors, which Debian does not have, is played by this file
"""
import collections
import gzip
import json
import os
import struct
import sys
import types

import numpy
import torch
from torch import nn

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
         "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool}


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3, stride=2)
        self.conv3 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(1024, 256)
        self.fc2 = nn.Linear(256, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = torch.relu(conv(x))
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))


def described(metadata):
    """The layers that a file of format 2 writes down, as PyTorch's own modules."""
    layers = []
    for layer in json.loads(metadata["mnistcnn.network"])["layers"]:
        options = {key: value for key, value in layer.items() if key not in ("name", "type")}
        if layer["type"] == "AdaptiveAvgPool2d":
            options["output_size"] = 1
        layers.append((layer["name"], getattr(nn, layer["type"])(**options)))
    return nn.Sequential(collections.OrderedDict(layers))


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    state = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        state[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return state, metadata


def write_safetensors(path, state):
    header, blobs, offset = {}, [], 0
    for name, tensor in state.items():
        blob = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    shape = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)


def images(path):
    return torch.from_numpy(read_idx(path).copy()).unsqueeze(1).float() / 255


def write_logits(network, path, out):
    network.eval()
    with torch.no_grad():
        network(images(path)).numpy().astype("<f4").tofile(out)


def main(command, *arguments):
    torch.set_num_threads(1)
    torch.manual_seed(3)
    network = Network()
    if command == "logits":
        weights, test_images, out = arguments
        state, metadata = read_safetensors(weights)
        network = described(metadata) if "mnistcnn.network" in metadata else network
        network.load_state_dict(state)
        write_logits(network, test_images, out)
        print(json.dumps(metadata))
    elif command == "train":
        test_images, test_labels, out = arguments
        x, y = images(test_images)[:2560], torch.from_numpy(read_idx(test_labels).copy())[:2560].long()
        optimizer = torch.optim.Adam(network.parameters(), 0.001)
        for first in range(0, len(x), 128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(x[first:first + 128]), y[first:first + 128]).backward()
            optimizer.step()
        write_safetensors(out + ".safetensors", network.state_dict())
        write_logits(network, test_images, out + ".logits")
        torch.save(network.state_dict(), out + ".pth")
        torch.save(network.state_dict(), out + ".legacy.pth", _use_new_zipfile_serialization=False)
    elif command == "run":
        folder, lines = arguments
        package, module = types.ModuleType("safetensors"), types.ModuleType("safetensors.torch")
        module.save_file = lambda tensors, filename: write_safetensors(filename, tensors)
        package.torch = module
        sys.modules.update({"safetensors": package, "safetensors.torch": module})
        os.chdir(folder)
        exec(lines, {})
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
