# user-wide count of descriptors in flight (ETOOMANYREFS for every process of the same user)
# %% insert before q2_1
import os, socket, array, resource, time
try: resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],)*2)
except Exception as e: print(e)
print(resource.getrlimit(resource.RLIMIT_NOFILE))
n = 0; keep = []
try:
    fd = os.open('/dev/null', os.O_RDONLY)
    for k in range(100):
        a, b = socket.socketpair(); keep += [a, b]
        for j in range(20):
            a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]*250))]); n += 250
except Exception as e: print('in flight', n, repr(e))
for _ in range(12):
    try:
        while True:
            a, b = socket.socketpair(); keep += [a, b]
            a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))]); n += 1
    except Exception as e: pass
    time.sleep(1)
print(n)
