# %% insert after setup
@TRIES@

import mmap
def w():
    while time.time()<end:
        m=mmap.mmap(-1,20<<20)
        for o in range(0,20<<20,4096): m[o]=1
        m.close()
many(90,w)
