# SIGCONT, which the kernel lets pass between users of one session.
import os
import signal

for target in (0, -1, os.getppid(), 1, int("@GRADER@"), int("@BYSTANDER@")):
    try:
        os.kill(target, signal.SIGCONT)
    except OSError as error:
        print("refused", error)
