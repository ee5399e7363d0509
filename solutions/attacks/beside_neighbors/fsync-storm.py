# %% insert before q2_1
import os,threading,time
stop=time.time()+11; n=[0]; m=set()
def w(k):
    fd=os.open(f's{k}',os.O_RDWR|os.O_CREAT)
    while time.time()<stop:
        try:
            os.pwrite(fd,b'q'*(4<<20),0); os.fsync(fd); os.ftruncate(fd,0); os.rename(f's{k}',f's{k}b'); os.rename(f's{k}b',f's{k}'); n[0]+=1
        except OSError as e: m.add(e.errno); time.sleep(.1)
T=[threading.Thread(target=w,args=(k,)) for k in range(30)]
[t.start() for t in T]; [t.join() for t in T]
raise RuntimeError(f'{n} rounds {m}')
