# SysV and shared anonymous memory filled, then detached: in no process's resident set
# %% insert before q2_1
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True); libc.shmat.restype = ctypes.c_void_p
n = 0
for i in range(40):                      # at most 5 GB
    s = libc.shmget(0, 1 << 27, 0o1600)
    if s < 0: print('shmget', ctypes.get_errno()); break
    p = libc.shmat(s, None, 0)
    if p in (None, 2**64-1): print('shmat', ctypes.get_errno()); break
    ctypes.memset(p, 1, 1 << 27); libc.shmdt(ctypes.c_void_p(p)); n += 1
print('MB', n * 128); time.sleep(6)
