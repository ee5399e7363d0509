# %% insert before q2_1
import os, ctypes, signal, threading, time, select
libc = ctypes.CDLL(None, use_errno=True)
def child():
    fs = [os.timerfd_create(1) for _ in range(200)] if hasattr(os, 'timerfd_create') else []
    n = 0
    if not fs:
        for _ in range(200):
            f = libc.timerfd_create(1, 0o4000)
            if f < 0: break
            it = (ctypes.c_long * 4)(0, 1, 0, 1); libc.timerfd_settime(f, 0, it, None); fs.append(f)
    t = time.time() + 14
    while time.time() < t:
        for f in fs:
            try: os.read(f, 8)
            except OSError: pass
for _ in range(8):
    try:
        if os.fork() == 0: child(); os._exit(0)
    except OSError as e: print(e); break
signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
child()
