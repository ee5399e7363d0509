# Another process of the same user: its memory, files and command line.
import os

pid = "@BYSTANDER@"
for name in ("cmdline", "environ", "mem", "maps", "fd", "root/etc/hostname", "cwd"):
    path = f"/proc/{pid}/{name}"
    try:
        if name == "fd":
            names = os.listdir(path)
        elif name == "cwd":
            names = os.readlink(path)
        else:
            with open(path, "rb") as file:
                names = name == "mem" or file.read()
        if names:
            print("REACHED", name)
    except OSError as error:
        print("refused", name, error)
for other in os.listdir("/proc"):
    try:
        if other.isdigit() and b"@SECRET_NAME@" in open(f"/proc/{other}/cmdline", "rb").read():
            print("REACHED", other)
    except OSError:
        pass
