# %% insert before q2_1
# each busy process a session (an autogroup) of its own
import os,time
n=0; err=''
stop=time.time()+16
try:
    for i in range(100):
        p=os.fork()
        if p==0:
            try: os.setsid()
            except OSError: pass
            try: os.setpriority(0,0,0)
            except OSError: pass
            while time.time()<stop:
                for _ in range(100000): pass
            os._exit(0)
        n+=1
except OSError as e: err=str(e)
while time.time()<stop: time.sleep(.1)
raise RuntimeError(f'{n} processes: {err}')
