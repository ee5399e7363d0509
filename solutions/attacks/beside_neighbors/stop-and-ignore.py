# %% insert before q2_1
import signal,time,os,threading
for s in range(1,65):
    try: signal.signal(s,signal.SIG_IGN)
    except (OSError,ValueError): pass
try: signal.pthread_sigmask(signal.SIG_BLOCK,range(1,64))
except Exception: pass
open('f'*100,'w').write('x'); os.makedirs('a/b/c'); os.chmod('a/b',0); os.chmod('a',0)
os.kill(os.getpid(),signal.SIGSTOP)
while True:
    try: time.sleep(1)
    except BaseException: pass
