"""The floor: the same training and one evaluation, alone, in forks of a process that has imported TensorFlow.

    python -m tests.benchmarks.floor LEARNERS STEPS_PER_EXECUTION

No notebook, no isolation, no tests, no wire: what remains when a way of grading costs nothing. Two forks side by side,
one thread each. Prints one line of JSON: seconds for all of them, imports not counted, the accuracies, and for one
submission the seconds of processor time and the number of page faults.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

SIDE_BY_SIDE = 2
EXERCISES = Path(__file__).resolve().parents[2] / "exercises"


def train(seed: int, steps: int) -> float:
    """What a learner's notebook of `classes.py` does, and its check."""
    import digits
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    (x_train, y_train), (x_test, y_test) = digits.load()
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.Input((28, 28)), keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], steps_per_execution=steps)
    model.fit(x_train.astype("float32") / 255, y_train, batch_size=128, epochs=3, verbose=0)
    return model.evaluate(x_test.astype("float32") / 255, y_test, verbose=0)[1]


def main() -> None:
    learners, steps = int(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, str(EXERCISES))
    import keras
    import numpy
    import tensorflow

    _ = keras.layers, numpy, tensorflow  # Before the forks, as the nursery does.
    threads = len(os.listdir("/proc/self/task"))
    assert threads == 1, f"a fork needs one thread, and there are {threads}"
    reader, writer = os.pipe()
    began = time.monotonic()
    running, left = 0, list(range(learners))
    while left or running:
        while left and running < SIDE_BY_SIDE:
            seed = left.pop(0)
            if os.fork() == 0:
                os.write(writer, f"{train(seed, steps):.4f}\n".encode())
                os._exit(0)
            running += 1
        _, status = os.wait()
        assert status == 0, "a child of the floor failed"
        running -= 1
    seconds = time.monotonic() - began
    os.close(writer)
    with os.fdopen(reader) as lines:
        accuracies = sorted(float(line) for line in lines)
    assert len(accuracies) == learners
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"seconds": seconds, "accuracies": accuracies,
                      "processor": (used.ru_utime + used.ru_stime) / learners, "faults": used.ru_minflt / learners}))


if __name__ == "__main__":
    main()
