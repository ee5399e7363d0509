# %% insert before q2_1
import ctypes, os, time, select
libc = ctypes.CDLL(None, use_errno=True); R = {}
k = []
while len(k) < 300:
    f = libc.inotify_init1(0)
    if f < 0: break
    k.append(f)
R['inotify'] = (len(k), ctypes.get_errno())
w = 0
if k:
    for d, ds, fs in os.walk('/usr'):
        for x in [d] + [os.path.join(d, y) for y in fs]:
            if libc.inotify_add_watch(k[0], x.encode(), 0xfff) < 0: break
            w += 1
        if w > 200000: break
R['watches'] = (w, ctypes.get_errno())
R['fanotify'] = (libc.fanotify_init(0, 0), ctypes.get_errno())
R['userfaultfd'] = (libc.syscall(323, 1), ctypes.get_errno())
R['io_uring'] = (libc.syscall(425, 8, (ctypes.c_char*240)()), ctypes.get_errno())
R['perf'] = (libc.syscall(298, (ctypes.c_char*128)(), 0, -1, -1, 0), ctypes.get_errno())
R['bpf'] = (libc.syscall(321, 0, (ctypes.c_char*128)(), 128), ctypes.get_errno())
R['keyctl'] = (libc.syscall(250, 0, -3, 1), ctypes.get_errno())
i = 0
while i < 5000 and libc.syscall(248, b'user', b'k%d' % i, b'x' * 30000, 30000, -3) > 0: i += 1
R['add_key'] = (i, ctypes.get_errno())
q = 0
while q < 500 and libc.syscall(240, b'q%d' % q, 0o102, 0o600, None) >= 0: q += 1
R['mq'] = (q, ctypes.get_errno())
R['shmget'] = (libc.shmget(0, 1 << 30, 0o1600), ctypes.get_errno())
R['semget'] = (libc.semget(0, 250, 0o1600), ctypes.get_errno())
R['unshare_user'] = (libc.unshare(0x10000000), ctypes.get_errno())
R['unshare_net'] = (libc.unshare(0x40000000), ctypes.get_errno())
R['clone_newns'] = (libc.unshare(0x00020000), ctypes.get_errno())
ep = []
try:
    while len(ep) < 500: ep.append(select.epoll())
except OSError as e: R['epoll'] = (len(ep), e)
print(R); time.sleep(8)
