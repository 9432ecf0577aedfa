"""
The reference job as it is usually written with PyTorch and torchvision: a DataLoader that converts image by image, the figures of every step
fetched at once, and the whole validation set every 100 steps. Ends with one JSON line.
"""
import gzip
import json
import os
import shutil
import statistics
import tempfile
import time

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from network import arguments, network


def hits(output, labels):
    return (output.argmax(1) == labels).float().mean().item()


def unpack(source, root):
    """torchvision reads the plain files, in a folder of its own layout."""
    raw = os.path.join(root, "MNIST", "raw")
    os.makedirs(raw)
    for name in (f"{split}-{kind}-ubyte" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")):
        with gzip.open(os.path.join(source, name + ".gz")) as packed, open(os.path.join(raw, name), "wb") as plain:
            shutil.copyfileobj(packed, plain)


def main():
    args = arguments(__doc__, epochs=10)
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    with tempfile.TemporaryDirectory() as root:
        unpack(args.data, root)
        start = time.perf_counter()
        convert = transforms.ToTensor()
        training = DataLoader(datasets.MNIST(root, train=True, transform=convert), batch_size=128, shuffle=True)
        validation = DataLoader(datasets.MNIST(root, train=False, transform=convert), batch_size=128, shuffle=True)
        model, measure = network(), nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.00025)
        epochs, accuracy = [], 0.0
        for _ in range(args.epochs):
            began, validating, losses, accuracies = time.perf_counter(), 0.0, [], []
            for step, (images, labels) in enumerate(training, start=1):
                model.train()
                optimizer.zero_grad()
                output = model(images)
                loss = measure(output, labels)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                accuracies.append(hits(output, labels))
                if step % 100 == 0:
                    paused = time.perf_counter()
                    model.eval()
                    with torch.no_grad():
                        accuracy = statistics.mean(hits(model(images), labels) for images, labels in validation)
                    validating += time.perf_counter() - paused
            epochs.append(time.perf_counter() - began - validating)
        total = time.perf_counter() - start
    print(json.dumps({"seconds": total, "epoch_seconds": statistics.median(epochs), "accuracy": accuracy,
                      "torch": torch.__version__, "threads": torch.get_num_threads()}))


main()
