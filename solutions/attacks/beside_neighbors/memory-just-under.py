# %% insert before q2_1
import mmap, time
k = []
try:
    for i in range(34):
        m = mmap.mmap(-1, 100 << 20); [m.__setitem__(j, 1) for j in range(0, 100 << 20, 4096)]; k.append(m)
except BaseException as e: print(len(k), repr(e))
print(len(k)); time.sleep(5)
