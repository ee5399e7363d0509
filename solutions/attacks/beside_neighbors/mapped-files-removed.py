# %% insert before q2_1
# files that are mapped, let go of and removed
import mmap,os,time,ctypes
libc=ctypes.CDLL(None,use_errno=True)
keep=[];R=[]
# files mapped shared, let go of, truncated under the mapping, removed: what stays?
for i in range(40):
    try:
        with open(f'f{i}','w+b') as f:
            f.truncate(60<<20); m=mmap.mmap(f.fileno(),0); 
            for o in range(0,60<<20,4096): m[o]=1
            m.madvise(mmap.MADV_DONTNEED)
            keep.append(m); os.remove(f'f{i}')
    except (OSError,ValueError) as e: R.append(str(e)); break
print(len(keep),R[-1:]); time.sleep(3)
