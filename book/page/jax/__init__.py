"""In the page: stands for JAX, from which Keras' NumPy backend borrows convolutions and pooling. All of it refuses."""

from keras_in_page import absent

from jax import lax as lax

__getattr__ = absent.refusing("jax", {})
