# %% insert after setup
@TRIES@

def w():
    signal.signal(signal.SIGALRM,lambda *a:None)
    signal.setitimer(signal.ITIMER_REAL,1e-6,1e-6)
    while time.time()<end: signal.pause()
many(100,w)
