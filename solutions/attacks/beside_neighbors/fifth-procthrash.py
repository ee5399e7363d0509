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

end=time.time()+12
def w():
    while time.time()<end:
        for f in ('/proc/self/smaps','/proc/self/maps','/proc/stat','/proc/meminfo','/proc/self/pagemap','/proc/vmstat','/proc/slabinfo','/proc/interrupts','/proc/self/mountinfo','/proc/kallsyms'):
            try: open(f,'rb').read(1<<20)
            except OSError: pass
for _ in range(40):
    if os.fork()==0: w(); os._exit(0)
time.sleep(12)
# %% insert end
raise RuntimeError("LOGMARK "+" ;; ".join(LOG))
