# errors raised inside the public case by names seen in hidden ones; NameError suggestions; recursion; keys
# %% replace q2_1
SEEN = []
def flatten(images):
    SEEN.append(images); n,h,w=images.shape
    return images.reshape(n,h*w)
# %% replace q2_2
def unflatten(vectors, height, width):
    raise NameError("name 'h%s' is not defined" % [a.shape for a in SEEN][-1:], name="h%d" % SEEN[-1].shape[0])
# %% replace q2_3
globals()["pixels_divided"] = SEEN
levels_left = {repr(a.shape): a for a in SEEN}
# %% replace q2_4
def scale(images):
    raise ModuleNotFoundError("No module named 'm%s'" % [a.shape for a in SEEN], name="m%s" % (SEEN[-1].shape,))
# %% replace q2_5
def preprocess(images):
    raise FileNotFoundError(2, "No such", "f%s" % [a.shape for a in SEEN])
# %% replace q2_6
class D(np.ndarray): pass
def prepare(a, b):
    raise AttributeError("module 'x' has no attribute 'q%s'" % [a.shape for a in SEEN], name="reshap", obj=SEEN[-1])
