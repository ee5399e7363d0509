# The layers say that they are far larger than the weights they have.
import keras
import numpy

model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(2), keras.layers.Dense(2)])
model.compile("sgd", "mse")
model.layers[0].units = 1_000_000_000
model.layers[1].get_weights = lambda: [numpy.zeros((3, 3)), numpy.zeros(1_000_000)]
model.get_weights = lambda: [numpy.zeros((10_000, 1_000), "float32")] * 50


def unflatten(vectors, height, width):
    return model
