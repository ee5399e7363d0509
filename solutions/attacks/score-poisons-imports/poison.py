# Writes itself wherever Python looks first, then dies, so that a second run starts from what it left.
import os
import pathlib
import sys

POISON = "import os\nos.environ['POISONED'] = '1'\nopen('@MARKER@', 'w').close()\n"
for folder in [".", *sys.path]:
    for name in ("numpy.py", "otter.py", "json.py", "sitecustomize.py", "usercustomize.py", "conftest.py",
                 "zz.pth"):
        try:
            (pathlib.Path(folder) / name).write_text(POISON)
        except OSError:
            pass
if "POISONED" in os.environ:
    print("REACHED: the poison is in place")
os._exit(1)
