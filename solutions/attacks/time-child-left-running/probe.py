# Two daemons: sessions of their own, deaf to polite signals, with a name that can be found from outside.
import os
import signal
import subprocess
import sys
import time

NAME = "@TOKEN@"
CODE = f"import time; open('/proc/self/comm', 'w').write('{NAME}'); time.sleep(600)"


def daemon():
    try:
        os.setsid()
    except OSError:
        pass
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open("/proc/self/comm", "w") as file:
        file.write(NAME)
    time.sleep(600)


try:
    child = os.fork()
    if child == 0:
        try:
            if os.fork() == 0:
                daemon()
        finally:
            os._exit(0)
    print("left one running")
except OSError as error:
    print("refused", error)
try:
    subprocess.Popen([sys.executable, "-c", CODE], start_new_session=True)
    print("left another running")
except OSError as error:
    print("refused", error)
