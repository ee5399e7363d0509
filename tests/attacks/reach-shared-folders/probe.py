# A file that someone else left in a shared folder: neither seen, nor read, nor changed, nor removed.
import os

for path in ("@SHARED_FILE@", "@SHARED_MEMORY_FILE@"):
    for attempt in (os.stat, lambda path: open(path).read(), lambda path: open(path, "a").write("!"),
                    lambda path: os.chmod(path, 0o777)):
        try:
            attempt(path)
            print("REACHED", path)
        except OSError as error:
            print("refused", error)
