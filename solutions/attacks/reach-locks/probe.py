# A lock that excludes everybody needs no more than to read the file.
import fcntl
import os

files = [open(os.__file__), open("/dev/null", "r+b")]
for file in files:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    for command in (fcntl.F_OFD_SETLK, 1036, 1024, 1026, 1031):
        try:
            fcntl.fcntl(file, command, 1 << 20)
            print("REACHED", command)
        except OSError:
            pass
