# %% insert before q2_1
# kernel memory that no RSS shows: 60,000 mappings in each of 40 processes, 250 epoll sets, posix locks
import mmap,os,time,select,fcntl,ctypes
libc=ctypes.CDLL(None,use_errno=True)
kids=0;m=''
def work():
    mm=mmap.mmap(-1,240<<20,flags=mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS)
    a=ctypes.addressof(ctypes.c_char.from_buffer(mm))
    k=0
    for i in range(0,58000,2):
        if libc.mprotect(ctypes.c_void_p(a+i*4096),4096,1): break
        k+=1
    f=os.open('lk%d'%os.getpid(),os.O_RDWR|os.O_CREAT)
    for i in range(8000): fcntl.lockf(f,fcntl.LOCK_EX,1,i*2)
    eps=[]
    try:
        for i in range(100):
            e=select.epoll(); eps.append(e)
            for q in range(100):
                try: e.register(os.dup(f) if 0 else eps[q].fileno() if q<len(eps)-1 else 0)
                except OSError: pass
    except OSError: pass
    time.sleep(8)
    return k
try:
    for i in range(40):
        if os.fork()==0:
            try: work()
            finally: os._exit(0)
        kids+=1
except OSError as e: m=str(e)
time.sleep(10)
raise RuntimeError(f'{kids} kids {m}')
