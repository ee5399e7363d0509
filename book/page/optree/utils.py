"""In the page: stands for `optree.utils`, which Keras imports and does not use."""
