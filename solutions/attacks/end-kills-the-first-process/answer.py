# Only where this process sees a namespace of its own: elsewhere its parent is the grader's, which
# reach-signals tries with a signal that does no harm.
import os
import signal

if os.getpid() < 20:
    for pid in (os.getppid(), 1):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError as error:
            print("refused", pid, error)
os.kill(os.getpid(), signal.SIGKILL)
