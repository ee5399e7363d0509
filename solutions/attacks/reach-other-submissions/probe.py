# What runs beside this notebook: notebooks, helper modules and data in anyone's scratch folder but its own.
import os
import time

own = os.path.realpath(os.getcwd())
until = time.monotonic() + 2
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/home", "/root", os.path.dirname(own)):
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(parent, name)) != own]
        if os.path.realpath(parent) == own or parent.count("/") > 7 or time.monotonic() > until:
            folders.clear()
            continue
        for name in files:
            if name == "digits.py" or name.endswith((".ipynb", ".sqlite")):
                print("REACHED", os.path.join(parent, name))
print("looked everywhere")
