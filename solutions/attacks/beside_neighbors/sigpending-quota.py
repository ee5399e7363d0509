# queue realtime signals up to RLIMIT_SIGPENDING (user-wide) in this and in child processes
# %% insert before q2_1
import os, signal, ctypes, time, resource
libc = ctypes.CDLL(None, use_errno=True)
print(resource.getrlimit(resource.RLIMIT_SIGPENDING))
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
n = 0
libc.sigqueue.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
while n < 400000 and libc.sigqueue(os.getpid(), 40, None) == 0: n += 1
print('queued', n, ctypes.get_errno())
m = 0; tid = ctypes.c_int()
while m < 200000 and libc.timer_create(1, None, ctypes.byref(tid)) == 0: m += 1
print('timers', m, ctypes.get_errno()); time.sleep(12)
