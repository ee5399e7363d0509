# %% insert before q2_1
import ctypes, os, threading, time, mmap
libc = ctypes.CDLL(None, use_errno=True)
print('membarrier', libc.syscall(324, 0, 0, 0), libc.syscall(324, 1, 0, 0), ctypes.get_errno(), libc.syscall(324, 4, 0, 0), libc.syscall(324, 2, 0, 0))
def go():
    t = time.time() + 14
    while time.time() < t:
        for _ in range(50):
            libc.syscall(324, 1, 0, 0); libc.syscall(324, 2, 0, 0)
        m = mmap.mmap(-1, 1 << 24)
        for i in range(0, 1 << 24, 4096): m[i] = 1
        m.close()
pids = []
for _ in range(12):
    try: p = os.fork()
    except OSError as e: print(e); break
    if p == 0: go(); os._exit(0)
    pids.append(p)
go()
