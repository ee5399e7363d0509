# %% insert before q2_1
import signal, os
os.kill(os.getpid(), signal.SIGXCPU)
# %% insert before q2_2
import signal, os
os.kill(os.getpid(), signal.SIGXFSZ)
# %% insert before q2_4
import signal, os
os.kill(os.getpid(), signal.SIGSYS)
# %% insert before q2_5
import signal, os
os.kill(os.getpid(), signal.SIGTERM)
# %% insert before q2_6
import signal, os
signal.setitimer(signal.ITIMER_REAL, 0.1)
import time; time.sleep(1)
