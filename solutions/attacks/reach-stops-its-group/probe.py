# Stops everybody in its process group, itself among them.
import os
import signal

os.kill(0, signal.SIGSTOP)
