"""Reads all 70,000 images and labels as Python programs do: gzip and numpy, nothing checked. Ends with one JSON line."""
import gzip
import json
import os
import statistics
import sys
import time

import numpy


def read(folder, name, header):
    with gzip.open(os.path.join(folder, name), "rb") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def load(folder):
    sets = []
    for split in ("train", "t10k"):
        images = read(folder, f"{split}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        sets.append((images, read(folder, f"{split}-labels-idx1-ubyte.gz", 8)))
    return sets


seconds = []
for _ in range(5):
    start = time.perf_counter()
    load(sys.argv[1])
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": statistics.median(seconds), "first_seconds": seconds[0]}))
