"""What experiments share: the data as the book prepares it, and the book's network."""

from __future__ import annotations

import digits
import keras
import numpy as np
from keras import layers

BATCH = 128
EPOCHS = 5

Set = tuple[np.ndarray, np.ndarray]
"""Images (n, 784) of float32 from 0 to 1, and their labels (n,)."""


def scale(images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) from 0 to 255 as (n, 784) of float32 from 0 to 1."""
    return images.reshape(len(images), 784).astype("float32") / 255


def training_set() -> Set:
    images, labels = digits.load()[0]
    return scale(images), labels


def test_set() -> Set:
    images, labels = digits.load()[1]
    return scale(images), labels


def held_out() -> tuple[Set, Set]:
    """The training set alone, in two: 50,000 images to learn from, the last 10,000 to measure on."""
    images, labels = training_set()
    return (images[:50_000], labels[:50_000]), (images[50_000:], labels[50_000:])


def dense_network() -> keras.Sequential:
    """The network of the whole book: 784 numbers, 512 hidden units, 10 probabilities."""
    return keras.Sequential([
        keras.Input((784,)), layers.Dense(512, activation="relu"), layers.Dense(10, activation="softmax")])


def compile_model(model: keras.Model, optimizer: str | keras.Optimizer = "rmsprop") -> keras.Model:
    """Compiles for whole-number labels. Fifty steps to a call save time and change no bit of the result."""
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"],
                  steps_per_execution=50)
    return model
