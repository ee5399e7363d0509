# The marker lies in a folder that anyone may write to. The others are where a stray file would hurt most.
import pathlib

for folder in ("@OUTSIDE@", "/var/tmp", "/root", "/home", "/etc", "/usr/lib", "/var/lib", "/run", "/opt", "/srv"):
    path = pathlib.Path(folder, "@NAME@")
    try:
        path.write_text("reached")
        print("REACHED", folder)
        path.unlink()
    except OSError as error:
        print("refused", folder, error)
