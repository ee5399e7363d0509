# %% insert after setup
import os,sys,ctypes,time,threading,signal,gc,errno,socket,json as _json
import numpy as np
LOG=[]
def log(*a):
    LOG.append(' '.join(str(x) for x in a))
libc=ctypes.CDLL(None,use_errno=True)
def sc(nr,*a):
    ctypes.set_errno(0)
    r=libc.syscall(ctypes.c_long(nr),*[ctypes.c_long(x) if isinstance(x,int) else x for x in a])
    return r if r!=-1 else 'E'+errno.errorcode.get(ctypes.get_errno(),str(ctypes.get_errno()))
def t(name,f):
    try: log(name,'=>',repr(f())[:300])
    except BaseException as e: log(name,'!!',type(e).__name__,str(e)[:150])

end=time.time()+14
def many(n,w):
    for i in range(n):
        try: pid=os.fork()
        except OSError as e: log(i,e); break
        if pid==0:
            try: w()
            finally: os._exit(0)
    while time.time()<end: time.sleep(0.2)

def w():
    signal.signal(signal.SIGALRM,lambda *a:None)
    signal.setitimer(signal.ITIMER_REAL,1e-6,1e-6)
    while time.time()<end: signal.pause()
many(100,w)
# %% insert end
raise RuntimeError("LOGMARK "+" ;; ".join(LOG))
