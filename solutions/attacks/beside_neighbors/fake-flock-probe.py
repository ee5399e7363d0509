# %% insert before q2_1
import fcntl, os, numpy
f = os.open(numpy.__file__, os.O_RDONLY); R = []
fcntl.flock(f, fcntl.LOCK_EX)
r, w = os.pipe()
if os.fork() == 0:
    g = os.open(numpy.__file__, os.O_RDONLY)
    try: fcntl.flock(g, fcntl.LOCK_EX | fcntl.LOCK_NB); os.write(w, b'both hold it: faked')
    except OSError as e: os.write(w, b'a real lock')
    os._exit(0)
print(os.read(r, 100)); import time; time.sleep(6)
