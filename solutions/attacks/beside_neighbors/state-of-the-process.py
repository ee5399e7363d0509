# %% insert before q2_1
import os,sys,locale,signal,resource,threading,gc
os.umask(0o777); os.chdir('/'); os.environ.clear(); sys.path.clear(); sys.modules.pop('numpy')
signal.setitimer(signal.ITIMER_REAL,.3,.1); signal.signal(signal.SIGALRM,signal.SIG_IGN); signal.signal(signal.SIGINT,signal.SIG_IGN)
for r in ('AS','DATA','NOFILE','STACK','CPU','NPROC'):
    try: h=resource.getrlimit(getattr(resource,'RLIMIT_'+r)); resource.setrlimit(getattr(resource,'RLIMIT_'+r),(h[1],h[1]))
    except Exception: pass
resource.setrlimit(resource.RLIMIT_NOFILE,(12,12)); gc.disable(); sys.setswitchinterval(10**5); threading.Thread(target=lambda: sys.exit(3)).start()
sys.stdout=sys.stderr=sys.displayhook=sys.excepthook=None
def at(): 
    while True: pass
os.register_at_fork(before=at,after_in_child=at)
try: input('name? ')
except Exception: pass
