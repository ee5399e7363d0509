# %% insert before q2_1
import os, threading, time, mmap
def go():
    t = time.time() + 15; m = np.ones(1 << 22)
    while time.time() < t: m[::8] += 1
ps = []
for _ in range(60):
    try:
        p = os.fork()
        if p == 0: go(); os._exit(0)
        ps.append(p)
    except OSError as e: print(len(ps), e); break
go()
