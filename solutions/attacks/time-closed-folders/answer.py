def flatten(images):
    import os

    if not os.path.exists("late"):
        os.mkdir("late", 0)
    return images.reshape(images.shape[0], images.shape[1] * images.shape[2])
