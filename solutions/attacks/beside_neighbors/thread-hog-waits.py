# %% insert before q2_1
# as 07, in every cell: starts at once and holds all the user's processes 14 s, taking each one that becomes free
import threading,time
def hog(sec):
    ev=threading.Event(); threading.stack_size(65536)
    n=0; t0=time.time(); f=0
    while time.time()-t0<sec:
        try:
            while True: threading.Thread(target=ev.wait,args=(sec+1-(time.time()-t0),),daemon=True).start(); n+=1
        except RuntimeError as e: f+=1; time.sleep(.001)
    return n,f
M=[hog(14)]
# %% insert before q2_2
M.append(hog(14))
# %% insert before q2_4
raise RuntimeError(str(M))
