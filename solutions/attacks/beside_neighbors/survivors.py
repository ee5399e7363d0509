# %% insert before q2_1
# daemons that ignore signals and close everything; each setsid, double fork; also survive a crash
import os,signal,time
for i in range(20):
    if os.fork()==0:
        os.setsid()
        if os.fork(): os._exit(0)
        for s in range(1,64):
            try: signal.signal(s,signal.SIG_IGN)
            except (OSError,ValueError): pass
        os.closerange(0,256)
        t=time.time()
        while time.time()-t<400:
            time.sleep(5)
        os._exit(0)
# %% insert after check q2_2
os.abort()
