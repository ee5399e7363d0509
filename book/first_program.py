import digits  # 1
import keras  # 2

(images, labels), _ = digits.load()  # 1
x = images.reshape(60_000, 784) / 255  # 3
model = keras.Sequential([  # 4
    keras.Input(shape=(784,)),  # 2
    keras.layers.Dense(512, activation="relu"),  # 4
    keras.layers.Dense(10, activation="softmax"),  # 5
])  # 4
model.compile(  # 8
    loss="sparse_categorical_crossentropy",  # 6
    optimizer="rmsprop",  # 7
    metrics=["accuracy"])  # 8
model.fit(x[:50_000], labels[:50_000], batch_size=128, epochs=5)  # 9
model.evaluate(x[50_000:], labels[50_000:])  # 10
