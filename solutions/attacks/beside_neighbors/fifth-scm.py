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
import array
def flight():
    ps=[]
    for i in range(200):
        a,b=socket.socketpair(); a.sendmsg([b'x'],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[a.fileno(),b.fileno()]))]); ps.append(1)
    return len(ps)
t('flight',flight)
s=socket.socket(fileno=os.dup(11))
t('towire',lambda: s.sendmsg([b''],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[11]*50))]))
t('towire1',lambda: s.sendmsg([b'\0'],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[11]*50))]))
# %% insert end
raise RuntimeError("LOGMARK "+" ;; ".join(LOG))
