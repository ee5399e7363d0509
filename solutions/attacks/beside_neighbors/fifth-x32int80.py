# %% insert after setup
@TRIES@
import mmap
for base in (0x40000000,):
    for n in (39,2,83,165,272,41,521,520,512): t(f'x32-{n}',lambda: sc(base|n,0,0,0,0))
def int80(eax,ebx=0,ecx=0,edx=0):
    code=b'\x53\x89\xf8\x89\xf3\x89\xd1\x89\xca\xcd\x80\x5b\xc3'
    code=bytes([0x53,0x89,0xf8,0x89,0xf3,0x48,0x89,0xd1,0xcd,0x80,0x5b,0xc3])
    m=mmap.mmap(-1,4096,prot=7); m.write(code)
    ad=ctypes.addressof(ctypes.c_char.from_buffer(m))
    return ctypes.CFUNCTYPE(ctypes.c_int,ctypes.c_int,ctypes.c_int,ctypes.c_int)(ad)(eax,ebx,ecx)
pid=os.fork()
if pid==0:
    r=int80(20); 
    open('r80','w').write(str(r)); os._exit(0)
t('w',lambda: os.waitpid(pid,0)); t('r80',lambda: open('r80').read())
