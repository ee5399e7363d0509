# %% insert before q2_1
# all descriptors of all processes are pipes and sockets, and full
import os,socket,time
def fill():
    keep=[]
    try:
        while True:
            if len(keep)%2: a,b=socket.socketpair(); keep+=[a,b]; a.setblocking(False)
            else:
                r,w=os.pipe(); os.set_blocking(w,False); keep.append((r,w))
                try:
                    while True: os.write(w,b'x'*65536)
                except OSError: pass
                continue
            try:
                while True: a.send(b'x'*65536)
            except OSError: pass
    except OSError as e: pass
    return keep
n=0
try:
    for k in range(120):
        if os.fork()==0: q=fill(); time.sleep(6); os._exit(0)
        n+=1
except OSError as e: print(e)
q=fill(); time.sleep(8); print(n,len(q))
