# A shell, if there is one, can do no more than the notebook itself.
import subprocess

commands = ["cat @SECRET_FILE@", "echo reached > @MARKER@ && rm @MARKER@", "ls @REPOSITORY@/solutions",
            "cat /etc/shadow", "kill -URG @BYSTANDER@"]
for command in commands:
    try:
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=3)
        print("REACHED" if done.returncode == 0 else "refused", command)
    except (OSError, subprocess.SubprocessError) as error:
        print("refused", command, error)
