"""In the page: stands for SciPy, from which Keras' NumPy backend borrows a few functions. All of it refuses."""

from keras_in_page import absent

special = absent.module("scipy.special", {})
signal = absent.module("scipy.signal", {})
ndimage = absent.module("scipy.ndimage", {})
