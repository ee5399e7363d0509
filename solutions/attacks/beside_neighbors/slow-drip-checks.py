# each call of each check lasts nearly the limit
# %% replace q2_1
import time
def flatten(images):
    time.sleep(15); n,h,w=images.shape
    return images.reshape(n,h*w)
# %% replace q2_2
def unflatten(v, height, width):
    time.sleep(15); return v.reshape(len(v), height, width)
