"""In the page: stands for `jax.lax`. What Keras' NumPy backend borrows from it refuses, by the name of what it does."""

from keras_in_page import absent

__getattr__ = absent.refusing("jax.lax", {
    "ConvDimensionNumbers": "convolution",
    "conv_general_dilated": "convolution",
    "conv_transpose": "convolution",
    "reduce_window": "pooling",
})  # fmt: skip
