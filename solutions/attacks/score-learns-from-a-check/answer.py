calls = [0]
learned = [False]


def unflatten(vectors, height, width):
    calls[0] += 1
    if not learned[0]:
        return vectors
    return vectors.reshape(len(vectors), height, width)


for attempt in range(3):
    grader.check("q2_2")
    learned[0] = learned[0] or calls[0] > 0
