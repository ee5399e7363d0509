# %% insert after setup
@TRIES@
signal.pthread_sigmask(signal.SIG_BLOCK,range(1,65))
import re
re.match(r"(a+)+$","a"*40+"b")
