"""Writes scikit-learn's 1,797 digits of 43 writers (8×8 pixels, UCI ML repository) as 28×28 IDX test files: other_writers.py FOLDER

Enlarged to 20×20 by cubic interpolation and moved so that the centre of mass is in the middle, as MNIST's images are. Needs scikit-learn and SciPy.
"""
import gzip
import os
import struct
import sys

import numpy
from scipy.ndimage import center_of_mass, shift, zoom
from sklearn.datasets import load_digits

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
digits = load_digits()
images = numpy.zeros((len(digits.images), 28, 28))
for image, digit in zip(images, digits.images / 16):
    image[4:24, 4:24] = zoom(digit, 20 / 8, order=3, grid_mode=True, mode="grid-constant").clip(0, 1)
    y, x = center_of_mass(image)
    image[:] = shift(image, (round(13.5 - y), round(13.5 - x)), order=0)
with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz"), "wb") as file:
    file.write(struct.pack(">IIII", 0x803, len(images), 28, 28) + numpy.round(255 * images).astype(numpy.uint8).tobytes())
with gzip.open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz"), "wb") as file:
    file.write(struct.pack(">II", 0x801, len(images)) + digits.target.astype(numpy.uint8).tobytes())
