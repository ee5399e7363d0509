"""In the page: stands for `scipy.linalg`, which Keras' NumPy backend imports. All of it refuses."""

from keras_in_page import absent

__getattr__ = absent.refusing("scipy.linalg", {})
