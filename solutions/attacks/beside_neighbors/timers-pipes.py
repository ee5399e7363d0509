# %% insert before q2_1
# per-user counts: pending signals (timers), pipe pages
import ctypes,os,time,fcntl,signal
libc=ctypes.CDLL(None,use_errno=True); b=ctypes.create_string_buffer(8)
n=0
while libc.syscall(222,1,0,b)==0 and n<100000: n+=1
e=ctypes.get_errno(); pages=0; m=''
ps=[]
def pipes():
    global pages,m
    try:
        while True:
            r,w=os.pipe(); ps.append((r,w))
            try: fcntl.fcntl(w,1031,1<<20)
            except OSError as x: m='setpipe '+str(x.errno)
            s=fcntl.fcntl(w,1032); pages+=s//4096
            os.set_blocking(w,False)
            try:
                while True: os.write(w,b'x'*65536)
            except BlockingIOError: pass
    except OSError as x: m+=' pipe '+str(x.errno)
pipes()
kids=0
try:
    for i in range(12):
        if os.fork()==0:
            pipes(); time.sleep(12); os._exit(0)
        kids+=1
except OSError as x: m+=' fork '+str(x.errno)
time.sleep(12)
raise RuntimeError(f'{n} timers errno {e}, {len(ps)} pipes {pages} pages {m} last size {fcntl.fcntl(ps[-1][1],1032) if ps else 0} kids {kids}')
