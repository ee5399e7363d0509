# %% insert after setup
@TRIES@
n=0
end=time.time()+12
def w(k):
    i=0
    while time.time()<end:
        for _ in range(1000):
            i+=1; os.path.exists('/usr/lib/zz%d_%d'%(k,i))
for k in range(8):
    if os.fork()==0: w(k); os._exit(0)
time.sleep(12)
