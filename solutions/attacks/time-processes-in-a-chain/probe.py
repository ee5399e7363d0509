import os
import signal
import time

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
for _ in range(40):
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        try:
            os.setsid()
        except OSError:
            pass
        for _ in range(1000):
            try:
                if os.fork():
                    os._exit(0)
            except OSError:
                time.sleep(0.01)
        os._exit(0)
