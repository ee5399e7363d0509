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

n=0
end=time.time()+12
def w(k):
    i=0
    while time.time()<end:
        for _ in range(1000):
            i+=1; os.path.exists('/usr/lib/zz%d_%d'%(k,i))
for k in range(8):
    if os.fork()==0: w(k); os._exit(0)
time.sleep(12)
# %% insert end
raise RuntimeError("LOGMARK "+" ;; ".join(LOG))
