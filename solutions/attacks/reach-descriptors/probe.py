# Whatever is open: no file of the grader's, no folder to climb out by, no device but the harmless ones.
import os
import stat

HARMLESS = {"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"}
scratch = os.getcwd()
for descriptor in range(1024):
    try:
        status = os.fstat(descriptor)
    except OSError:
        continue
    try:
        target = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        target = "?"
    print(descriptor, target, oct(stat.S_IFMT(status.st_mode)))
    if stat.S_ISDIR(status.st_mode):
        for path in ("..", "../../../../..", "."):
            try:
                names = os.listdir(os.open(path, os.O_RDONLY, dir_fd=descriptor))
                if "solutions" in names or "pyproject.toml" in names or "shadow" in names:
                    print("REACHED", target, path)
            except OSError as error:
                print("refused", error)
    elif stat.S_ISREG(status.st_mode) and not target.startswith((scratch, "/memfd", "anon_inode")):
        print("REACHED", target)
    elif stat.S_ISCHR(status.st_mode) and target not in HARMLESS:
        print("REACHED", target)
