# %% insert after setup
@TRIES@

import mmap
def w():
    ms=[]
    for i in range(10000):
        try: ms.append(mmap.mmap(-1,4096,prot=1 if i%2 else 3))
        except OSError: break
    while time.time()<end: open('/proc/self/smaps','rb').read(); open('/proc/self/maps','rb').read()
many(40,w)
