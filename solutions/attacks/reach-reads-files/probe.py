# By name: what an instructor's machine has that a learner must not read.
import os
import pathlib

for path in ("@REPOSITORY@/solutions/02-preprocessing/master.md", "@REPOSITORY@/build/02-preprocessing/tests/q2_1.py",
             "@REPOSITORY@/build/02-preprocessing/assignment.json", "@REPOSITORY@/autograder/course.py",
             "@HANDED_IN@", "@SECRET_FILE@", "/etc/shadow", "/root/.ssh/id_rsa", "/root/.bash_history"):
    try:
        pathlib.Path(path).read_bytes()
        print("REACHED", path)
    except OSError as error:
        print("refused", path, error)
for folder in ("@REPOSITORY@", "@REPOSITORY@/solutions", "@REPOSITORY@/build"):
    try:
        print("REACHED", folder, os.listdir(folder))
    except OSError as error:
        print("refused", folder, error)
