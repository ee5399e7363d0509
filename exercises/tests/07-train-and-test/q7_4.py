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
    got = digits.call(best_epoch, history, name="best_epoch")
    causes = {
        2: "The first epoch has the number 1, and Python counts from 0.",
        5: "Is it the smallest `val_loss`? The `loss` on the training set falls and falls.",
        4: "It is the smallest `val_loss` that counts, not the largest `val_accuracy`.",
        1: "The best epoch is the one with the smallest loss, not the largest.",
    }
    try:
        cause = causes.get(int(got), "") if got == int(got) else ""
    except Exception:
        cause = ""
    digits.expect_number(
        got, name="best_epoch(history)", whole=True, equal=3,
        cause=cause or "It is the number of the epoch that is asked for, not the loss.",
    )
