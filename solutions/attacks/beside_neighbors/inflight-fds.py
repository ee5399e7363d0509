# %% insert before q2_1
# per-user count of descriptors in flight (SCM_RIGHTS): the nursery of the same user may then pass none
import socket,array,time,os,resource
msg=''
n=0; keep=[]
try:
    resource.setrlimit(resource.RLIMIT_NOFILE,(resource.getrlimit(resource.RLIMIT_NOFILE)[1],)*2)
except Exception as e: msg+=str(e)
f=os.open('/dev/null',0)
try:
    while True:
        a,b=socket.socketpair(); keep+=[a,b]
        a.setblocking(False)
        while True:
            try: a.sendmsg([b'x'],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[f]*250))]); n+=250
            except BlockingIOError: break
except OSError as e: msg+=str(e)
time.sleep(8)
raise RuntimeError(f'in flight {n} {msg}')
