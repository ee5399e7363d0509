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
# %% insert after check q2_1
s=socket.socket(fileno=os.dup(11))
t('oob',lambda: s.send(b'x',socket.MSG_OOB)); t('oob2',lambda: s.send(b'y',socket.MSG_OOB)); t('more',lambda: s.send(b'',socket.MSG_MORE)); t('zero',lambda:[s.send(b'') for _ in range(1000)] and 1)
# %% insert end
raise RuntimeError("LOGMARK "+" ;; ".join(LOG))
