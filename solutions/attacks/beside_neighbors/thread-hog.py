# %% insert before q2_1
# as many threads as there may be, busy; RLIMIT_NPROC counts per user
import threading,time,numpy as np
n=0; stop=time.time()+9
def work():
    a=np.random.rand(300,300)
    while time.time()<stop: a@a
hogs=[]
try:
    for i in range(3000):
        t=threading.Thread(target=work,daemon=True); t.start(); n+=1
except RuntimeError as e: err=str(e)
while time.time()<stop: time.sleep(0.1)
raise RuntimeError(f'{n} threads: {err}')
