# %% insert before q2_1
import os, time
t = time.time() + 14; n = 0
while time.time() < t:
    for d in ('/usr/lib/', '/dev/shm/', '/tmp/', os.path.dirname(np.__file__) + '/', '/proc/'):
        for i in range(200):
            n += 1
            try: os.stat(d + 'n%d%s' % (n, 'x' * 200))
            except OSError: pass
print(n)
