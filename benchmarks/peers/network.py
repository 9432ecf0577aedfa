"""The network that every peer trains, and the reading of its arguments."""
import argparse
from collections import OrderedDict

from torch import nn


def network(softmax=False):
    layers = [
        ("conv1", nn.Conv2d(1, 16, 3, stride=2)), ("relu1", nn.ReLU()),
        ("conv2", nn.Conv2d(16, 32, 3, stride=2)), ("relu2", nn.ReLU()),
        ("conv3", nn.Conv2d(32, 64, 3)), ("relu3", nn.ReLU()), ("flatten", nn.Flatten()),
        ("fc1", nn.Linear(1024, 256)), ("relu4", nn.ReLU()),
        ("fc2", nn.Linear(256, 64)), ("relu5", nn.ReLU()),
        ("fc3", nn.Linear(64, 10)),
    ]
    return nn.Sequential(OrderedDict(layers + ([("softmax", nn.Softmax(dim=1))] if softmax else [])))


def arguments(description, epochs):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", required=True, help="folder with the four .gz files")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--threads", type=int, default=0, help="0: PyTorch's default")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()
