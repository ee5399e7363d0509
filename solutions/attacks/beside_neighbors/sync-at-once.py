# %% insert before q2_1
import os,threading,time,mmap,ctypes
stop=time.time()+11; m=set(); L=ctypes.CDLL(None,use_errno=True)
def w(k):
    while time.time()<stop:
        for flag in (os.O_SYNC,os.O_DSYNC,os.O_DIRECT,0):
            try:
                fd=os.open(f'at{k}',os.O_RDWR|os.O_CREAT|flag)
                for i in range(50):
                    os.pwritev(fd,[mmap.mmap(-1,4096,flags=34)],(i%50)*4096,0 if i%2 else 2); os.fsync(fd); os.fdatasync(fd); L.sync_file_range(fd,0,0,7)
                os.close(fd)
            except OSError as e: m.add(e.errno); time.sleep(.01)
        try:
            with open(f'map{k}','w+b') as f:
                f.truncate(1<<20); p=mmap.mmap(f.fileno(),0); p[:]=b'x'*(1<<20); p.flush(); L.syncfs(f.fileno()); p.close()
        except OSError as e: m.add(e.errno); time.sleep(.01)
T=[threading.Thread(target=w,args=(k,)) for k in range(100)]
[t.start() for t in T]; [t.join() for t in T]
raise RuntimeError(f'{m}')
