# One page in every two megabytes: each needs a page of page tables of its own, in each of the processes.
import mmap
import os
import time

size = 2 << 30
for _ in range(100):
    if not os.fork():
        try:
            memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            memory.madvise(mmap.MADV_NOHUGEPAGE)
            total = sum(memory[place] for place in range(0, size, 2 << 20))
            time.sleep(4)
        finally:
            os._exit(0)
time.sleep(5)
print("done")
