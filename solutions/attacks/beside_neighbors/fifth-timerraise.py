# %% insert after setup
@TRIES@
# %% insert after check q2_1
def h(s,f): raise KeyboardInterrupt
signal.signal(signal.SIGALRM,h)
t('itimer',lambda: signal.setitimer(signal.ITIMER_REAL,0.01,0.01))
