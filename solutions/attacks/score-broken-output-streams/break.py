# Whoever prints, formats or reports in this process meets an exception that is no Exception.
import sys


class Broken:
    def __getattr__(self, name):
        raise SystemExit(0)

    def write(self, text):
        raise KeyboardInterrupt


sys.stdout = sys.stderr = sys.stdin = Broken()
sys.excepthook = sys.displayhook = sys.unraisablehook = Broken().write
