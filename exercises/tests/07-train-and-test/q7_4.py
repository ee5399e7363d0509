import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_4"
points = 1


@test_case(points=None, hidden=False)
def best_epoch_small_example(best_epoch):
    history = {
        "loss": [1.2, 0.7, 0.4, 0.2, 0.1],
        "accuracy": [0.6, 0.8, 0.9, 0.95, 0.99],
        "val_loss": [1.1, 0.8, 0.5, 0.6, 0.9],
        "val_accuracy": [0.65, 0.75, 0.82, 0.83, 0.81],
    }
    other = {
        "loss": [1.6, 1.5, 0.9, 0.8, 0.75, 0.4, 0.3],
        "accuracy": [0.5, 0.55, 0.7, 0.72, 0.74, 0.9, 0.88],
        "val_loss": [1.4, 1.2, 1.3, 0.7, 0.95, 0.8, 0.85],
        "val_accuracy": [0.5, 0.6, 0.58, 0.76, 0.7, 0.71, 0.79],
    }
    got = digits.call(best_epoch, history, name="best_epoch")
    again = digits.call(best_epoch, other, name="best_epoch")
    cause = "It is the number of the epoch with the smallest `val_loss`, counted from 1."
    digits.expect_number(got, name="best_epoch(history)", whole=True, equal=3, cause=cause)
    digits.expect_number(again, name="best_epoch of seven epochs", whole=True, equal=4, cause=cause)
