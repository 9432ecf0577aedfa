"""Writes arrays of every kind with NumPy into the folder argv[1], and prints name, shape and values of each as JSON."""
import json
import sys

import numpy as np
from numpy.lib import format as npy

folder = sys.argv[1]
written = {}


def keep(name, array):
    written[name] = {"shape": list(array.shape), "values": [float(v) for v in array.flatten(order="C")]}


def save(name, array, version=None):
    with open(f"{folder}/{name}.npy", "wb") as file:
        npy.write_array(file, array, version=version)
    keep(name, array)


rng = np.random.default_rng(1)
for code in ["u1", "i1", "i2", "i4", "i8", "f4", "f8", "?"]:
    for order in ["<", ">"]:
        values = rng.integers(0 if code in ("u1", "?") else -100, 2 if code == "?" else 100, size=(3, 4, 5)).astype(np.dtype(code))
        values = values.astype(values.dtype.newbyteorder(order))
        label = f"{np.dtype(code).name}-{'little' if order == '<' else 'big'}"
        save(f"{label}-c", values)
        save(f"{label}-fortran", np.asfortranarray(values))
for version in [(1, 0), (2, 0), (3, 0)]:
    save(f"int32-version{version[0]}", np.arange(6, dtype="<i4").reshape(2, 3), version)
save("float64-scalar", np.array(2.5))
save("int64-vector", np.arange(7))
save("uint8-empty", np.zeros((0, 3), np.uint8))
np.save(f"{folder}/object-array.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)

images = rng.integers(0, 256, size=(6, 4, 5), dtype=np.uint8)
labels = np.array([3, 1, 4, 1, 5, 9])
keep("images", images)
keep("labels", labels)
np.savez(f"{folder}/plain.npz", x_train=images, y_train=labels)
np.savez_compressed(f"{folder}/compressed.npz", train_images=images[..., None], train_labels=labels[:, None].astype(np.uint8))
np.savez_compressed(f"{folder}/imgs.npz", np.asfortranarray(images))
np.savez_compressed(f"{folder}/labels.npz", labels.astype(">i2"))
np.savez(f"{folder}/floats.npz", x=(images / 255).astype(np.float32), d=images / 255.0, y=labels.astype(np.int32))
print(json.dumps(written))
