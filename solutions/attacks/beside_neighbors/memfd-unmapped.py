# memory that no process maps: memfd pages written with write(), tmpfs files deleted but open
# %% insert before q2_1
import os, time
b = b'\1' * (1 << 24); n = 0; fs = []
try:
    for i in range(320):                 # at most 5 GB
        if i % 16 == 0: fs.append(os.memfd_create('m%d' % i))
        n += os.write(fs[-1], b)
except Exception as e: print(repr(e))
print('memfd MB', n >> 20, flush=True)
for d in ('/dev/shm', '/tmp', '.'):
    m = 0
    try:
        f = os.open(d + '/big', os.O_RDWR | os.O_CREAT); os.unlink(d + '/big')
        while m < 3 << 30: m += os.write(f, b)
    except Exception as e: print(d, repr(e))
    print(d, m >> 20, flush=True)
time.sleep(6)
