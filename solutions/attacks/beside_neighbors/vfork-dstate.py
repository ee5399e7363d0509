# the main thread waits in an uninterruptible vfork for a child that sleeps; and a stopped one
# %% insert before q2_1
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
pid = os.fork()
if pid == 0: os.kill(os.getpid(), signal.SIGSTOP)
code = b"\x48\xc7\xc0\x3a\x00\x00\x00\x0f\x05\x85\xc0\x75\x02\xeb\xfe\xc3"  # vfork; child: jmp self
import mmap
m = mmap.mmap(-1, 4096, prot=7); m.write(code)
f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
print(f())
