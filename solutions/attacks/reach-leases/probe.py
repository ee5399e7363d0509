# Whoever opens a file under a lease waits until it is given back, 45 seconds by default.
import fcntl
import os
import signal
import time

signal.signal(signal.SIGIO, signal.SIG_IGN)  # sent to whoever holds a lease that another waits for
kept = []
open("mine", "w").close()
for path in ("mine", os.__file__, fcntl.__spec__.origin or os.__file__, *(
        os.path.join(folder, name) for folder, _, names in os.walk(os.path.dirname(os.__file__))
        for name in names[:3] if name.endswith((".py", ".pyc")))):
    if len(kept) > 150:
        break
    for kind in (fcntl.F_WRLCK, fcntl.F_RDLCK):
        try:
            descriptor = os.open(path, os.O_RDONLY)
            kept.append(descriptor)
            fcntl.fcntl(descriptor, 1024, kind)
            print("REACHED", path)
        except OSError:
            pass
time.sleep(1)
for descriptor in kept:
    os.close(descriptor)
