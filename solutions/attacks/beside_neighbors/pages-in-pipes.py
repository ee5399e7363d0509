# %% insert before q2_1
# pages of a file that a pipe holds when the file is gone, and other memory without a count
import ctypes,os,time
libc=ctypes.CDLL(None,use_errno=True); R={}
f=os.open('big',os.O_RDWR|os.O_CREAT); os.write(f,b'x'*(8<<20))
r,w=os.pipe()
for name,nr,args in (('sendfile',40,(w,f,None,4096)),('splice',275,(f,None,w,None,4096,0)),('vmsplice',278,(w,0,0,0)),('tee',276,(r,w,4096,0)),('memfd',319,(b'a',0)),('secretmem',447,(0,)),('process_madvise',440,(0,0,0,0,0)),('userfaultfd',323,(0,)),('io_uring',425,(1,0)),('shmget',29,(0,4096,0o1600)),('remap_file_pages',216,(0,0,0,0,0)),('map_shadow_stack',453,(0,4096,0)),('mseal',462,(0,4096,0)),('mlock2',325,(0,0,0)),('mlockall',151,(3,))):
    R[name]=(libc.syscall(nr,*args),ctypes.get_errno())
print(R)
