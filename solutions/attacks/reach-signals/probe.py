# SIGURG, which does nothing unless someone listens. The bystander does, and says so in a file.
import os
import signal

for pid in ("@BYSTANDER@", "@GRADER@"):
    try:
        os.kill(int(pid), 0)
        print("REACHED", pid)
    except OSError as error:
        print("refused", error)
    try:
        os.kill(int(pid), signal.SIGURG)
    except OSError as error:
        print("refused", error)
try:
    os.kill(-1, signal.SIGURG)
except OSError as error:
    print("refused", error)
try:
    os.killpg(os.getpgid(int("@BYSTANDER@")), signal.SIGURG)
    print("REACHED its process group")
except OSError as error:
    print("refused", error)
