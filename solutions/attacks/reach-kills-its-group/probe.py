# Kills everybody in its process group, once the neighbors are at work.
import os
import signal
import time

time.sleep(1)
os.kill(0, signal.SIGKILL)
