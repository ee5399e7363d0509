# %% insert before q2_1
# shared anonymous pages stay while the process' RSS is kept small: 20 processes x 240 MB > --memory 1500
import mmap,os,time
def fill(mb):
    keep=[]
    for i in range(mb//20):
        m=mmap.mmap(-1,20<<20)
        m[0::4096]=b"1"*5120
        m.madvise(mmap.MADV_DONTNEED); keep.append(m)
    return keep
pids=[]
msg=''
try:
    for k in range(20):
        p=os.fork()
        if p==0:
            try:
                k=fill(240); time.sleep(6)
            finally: os._exit(0)
        pids.append(p)
except OSError as e: msg=str(e); k=fill(900)
for p in pids: msg+=str(os.waitpid(p,0))
raise RuntimeError('done '+msg)
