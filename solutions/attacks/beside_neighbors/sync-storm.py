# %% insert before q2_1
import os, threading, time
def go():
    t = time.time() + 14; b = b'x' * (1 << 20)
    f = os.open('s%d' % threading.get_ident(), os.O_RDWR | os.O_CREAT)
    while time.time() < t:
        try: os.pwrite(f, b, 0); os.fsync(f); os.sync()
        except OSError as e: print(e); return
T = [threading.Thread(target=go) for _ in range(16)]
[t.start() for t in T]; [t.join() for t in T]
