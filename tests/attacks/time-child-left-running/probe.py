# A daemon: forked twice, in a session of its own, deaf to polite signals. Its argument names this case.
import os
import signal
import subprocess
import sys

CODE = ("import signal, time\n"
        "for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)\n"
        "time.sleep(600)")
try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            os.execv(sys.executable, [sys.executable, "-c", CODE, "@MARKER@"])
        os._exit(0)
except OSError as error:
    print("refused", error)
try:
    subprocess.Popen([sys.executable, "-c", CODE, "@MARKER@"], start_new_session=True)
except OSError as error:
    print("refused", error)
