# many children fill pipes: the user-wide pipe-user-pages-soft is passed, new pipes of everybody have two pages
# %% insert before q2_1
import os, fcntl, time
ps = []
for _ in range(60):
    try: p = os.fork()
    except OSError as e: print(len(ps), e); break
    if p == 0:
        keep = []
        try:
            while True: keep.append(os.pipe())
        except OSError: pass
        for r, w in keep:
            os.set_blocking(w, False)
            try: os.write(w, b'x' * 65536)
            except OSError: pass
        time.sleep(25); os._exit(0)
    ps.append(p)
time.sleep(3)
r, w = os.pipe(); print(len(ps), 'a new pipe has', fcntl.fcntl(w, 1032)); time.sleep(12)
