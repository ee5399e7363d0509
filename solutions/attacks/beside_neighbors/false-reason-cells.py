# %% insert before q2_1
raise KeyboardInterrupt
# %% insert before q2_2
raise TimeoutError("the grader took too long")
# %% insert before q2_4
raise ConnectionResetError(104, "x")
# %% insert before q2_5
import signal, os
os.kill(os.getpid(), signal.SIGINT)
import time; time.sleep(0.2)
# %% insert before q2_6
raise RecursionError
