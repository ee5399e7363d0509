# The grader was started with a secret in its environment.
import ctypes
import os

if "@SECRET_NAME@" in os.environ:
    print("REACHED by os.environ")
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
if libc.getenv(b"@SECRET_NAME@"):
    print("REACHED by getenv")
for pid in ["self", *(name for name in os.listdir("/proc") if name.isdigit())]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            if b"@SECRET_NAME@" in file.read():
                print("REACHED by /proc", pid)
    except OSError:
        pass
for name in os.environ:
    if any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "KEY", "SSH_")):
        print("REACHED", name)
