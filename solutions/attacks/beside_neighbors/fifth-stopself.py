# %% insert after setup
@TRIES@
# %% insert after check q2_1
os.kill(os.getpid(),signal.SIGSTOP)
