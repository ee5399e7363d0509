# A file that someone else left in a shared folder: neither seen nor read. It must also be as it was afterwards.
import os

for path in ("@SHARED_FILE@", "@SHARED_MEMORY_FILE@"):
    try:
        os.stat(path)
        print("SEEN", path)
    except OSError as error:
        print("refused", error)
    for attempt in (lambda path: open(path).read(), lambda path: os.open(path, os.O_WRONLY)):
        try:
            attempt(path)
            print("REACHED", path)
        except OSError as error:
            print("refused", error)
    for attempt in (lambda path: os.chmod(path, 0o777), lambda path: os.truncate(path, 0), os.unlink,
                    lambda path: open(path, "w").write("changed")):
        try:
            attempt(path)
        except OSError as error:
            print("refused", error)
