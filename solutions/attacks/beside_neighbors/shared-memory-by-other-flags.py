# %% insert before q2_1
# every set of flags that might mean shared memory without a file
import mmap,ctypes
R={}
for fl in (0x21,0x23,0x4021,0x8021,0x100021,0x120021,0x2021,0x20|3,0x28,0x2f,0x20,0x41021):
    try: mmap.mmap(-1,4096,flags=fl); R[hex(fl)]='ok'
    except (OSError,ValueError) as e: R[hex(fl)]=str(e)[:12]
import multiprocessing as mp
try: R['mpvalue']=mp.Value('i',3).value
except Exception as e: R['mpvalue']=repr(e)[:80]
try:
    from multiprocessing import shared_memory
    s=shared_memory.SharedMemory(create=True,size=1<<20); R['shm']=s.size; s.close(); s.unlink()
except Exception as e: R['shm']=repr(e)[:80]
print(R)
