# user-wide pipe-user-pages-soft/hard: new pipes of neighbors get one or two pages
# %% insert before q2_1
import os, fcntl, time
keep = []; e = None
try:
    while len(keep) < 400:
        r, w = os.pipe(); keep.append((r, w))
        try: fcntl.fcntl(w, 1031, 1 << 20)
        except OSError as x: e = x
        os.set_blocking(w, False)
        try:
            while True: os.write(w, b'x' * 65536)
        except OSError: pass
except OSError as x: print('end', x)
print(len(keep), e, [fcntl.fcntl(w, 1032) for r, w in keep][-3:]); time.sleep(12)
