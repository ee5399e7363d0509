# kernel memory that no process shows: POSIX timers, epoll items, open files, in many processes
# %% insert before q2_1
import os, ctypes, select, time
libc = ctypes.CDLL(None)
def fill():
    t = ctypes.c_int()
    while libc.timer_create(1, None, ctypes.byref(t)) == 0: pass
    try:
        ep = [select.epoll() for _ in range(60)]
        fs = [os.pipe() for _ in range(60)]
        for e in ep:
            for r, w in fs:
                e.register(r, select.EPOLLIN); e.register(w, select.EPOLLOUT)
    except OSError: pass
    time.sleep(12); os._exit(0)
n = 0
for _ in range(100):
    try:
        if os.fork() == 0: fill()
        n += 1
    except OSError as e: print(n, e); break
time.sleep(10); print(open('/proc/meminfo').read()[-800:])
