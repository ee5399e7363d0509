# `mkdir` says who may list a folder, where `chmod` is pretended: whoever measures and removes them must not mind.
import os
import time

home = os.getcwd()
os.umask(0)
for mode in (0, 0o100, 0o200, 0o300, 0o400, 0o600):
    os.mkdir(f"closed-{mode}", mode)
os.mkdir("hidden", 0o300)
with open("hidden/file", "w") as file:
    file.write("hello")
try:
    for _ in range(300):
        os.mkdir("d" * 200, 0o300)
        os.chdir("d" * 200)
except OSError as error:
    print("stopped", error)
os.chdir(home)
time.sleep(0.5)
