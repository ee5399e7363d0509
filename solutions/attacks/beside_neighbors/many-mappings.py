# %% insert before q2_1
# as many mappings as there may be: whoever looks at them looks long
import mmap,ctypes,time
libc=ctypes.CDLL(None,use_errno=True)
mm=mmap.mmap(-1,260<<20,flags=mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS)
a=ctypes.addressof(ctypes.c_char.from_buffer(mm)); k=0
for i in range(0,65000,2):
    if libc.mprotect(ctypes.c_void_p(a+i*4096),4096,1): break
    k+=1
print(k); time.sleep(8)
