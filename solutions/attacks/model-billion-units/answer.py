# A network as asked for; but it says that its first layer has a billion units: built as it says, it has 3 terabytes.
def build_model():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(128, activation="relu"),
                              layers.Dense(10, activation="softmax")])
    model.layers[0].units = 1_000_000_000
    return model
