# A signal to everybody in its own process group: its sandbox alone may be in there.
import os
import signal

signal.signal(signal.SIGUSR1, signal.SIG_IGN)
for _ in range(20):
    try:
        os.kill(0, signal.SIGUSR1)
    except OSError as error:
        print("refused", error)
