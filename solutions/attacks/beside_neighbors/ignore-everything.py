# ignores its interrupt in C-less ways: except BaseException in a loop, signal handlers, threads that raise again
# %% insert before q2_1
import signal, sys, threading, ctypes, time
for s in range(1, 65):
    try: signal.signal(s, signal.SIG_IGN)
    except Exception: pass
try: signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
except Exception: pass
def go():
    while True:
        try:
            while True: time.sleep(1)
        except BaseException: pass
threading.Thread(target=go).start()
sys.setrecursionlimit(10**9)
go()
