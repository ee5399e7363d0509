# Links to files outside, pipes that nobody reads, devices: all under names that a grader may look at.
import os
import stat

for name in ("results.json", "grades.csv", "digits.py", "mnist.npz", "model.keras", "output.txt", "tests"):
    try:
        os.rename(name, name + ".before")
    except OSError:
        pass
    for link in ("@SECRET_FILE@", "/etc/shadow", "/dev/zero"):
        try:
            os.symlink(link, name)
            with open(name, "rb") as file:
                print("REACHED", link, len(file.read(100))) if link != "/dev/zero" else None
        except OSError as error:
            print("refused", error)
        try:
            os.unlink(name)
        except OSError:
            pass
    try:
        os.link("@SECRET_FILE@", name + ".hard")
        print("REACHED by a hard link")
    except OSError as error:
        print("refused", error)
    try:
        os.mkfifo(name)
    except OSError as error:
        print("refused", error)
try:
    os.mknod("disk", 0o666 | stat.S_IFBLK, os.makedev(254, 0))
    with open("disk", "rb") as disk:
        print("REACHED the disk", len(disk.read(512)))
except OSError as error:
    print("refused", error)
