"""Other small networks in the loop of tuned.py, over some batches of an epoch. Ends with one JSON line."""
import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

from tuned import read


def block(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]


NETWORKS = {
    "lenet5": lambda: nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    "example": lambda: nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
    "batchnorm": lambda: nn.Sequential(
        *block(1, 24), *block(24, 32), nn.MaxPool2d(2), *block(32, 48), *block(48, 64), nn.MaxPool2d(2), *block(64, 80),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(80, 10)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--network", choices=list(NETWORKS), required=True)
    parser.add_argument("--batches", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    images, labels = read(args.data, "train")
    # Freeing one large block keeps glibc from returning the memory of every step to the kernel.
    block_of_memory = torch.empty(31 * 2**20, dtype=torch.uint8)
    del block_of_memory
    model = NETWORKS[args.network]()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.00025, foreach=True)
    seconds = []
    for _ in range(args.epochs):
        start = time.perf_counter()
        batches = torch.randperm(len(images)).split(128)
        for batch in batches[: args.batches or None]:
            loss = functional.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(seconds), "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
