# %% insert before q2_1
# children with copies of their own, of memory that the parent lets go of
import mmap,os,time
m=mmap.mmap(-1,800<<20,flags=mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS)
for o in range(0,len(m),4096): m[o]=1
ps=[]
try:
    for k in range(12):
        p=os.fork()
        if p==0:
            # own copies of a part, then let go of what is shared
            for o in range(k*60<<20,min((k+1)*60<<20,len(m)),4096): m[o]=2
            time.sleep(5); os._exit(0)
        ps.append(p)
except OSError as e: print(e)
m.madvise(mmap.MADV_DONTNEED); time.sleep(6); print(len(ps))
