# %% insert before q2_1
import os, sys, threading
from IPython.display import display, update_display
def w(f):
    b = b'\x1b[31m<script>' * 5000
    for _ in range(20000):
        try: os.write(f, b)
        except OSError: return
T = [threading.Thread(target=w, args=(f,)) for f in (1, 2)]
[t.start() for t in T]
for i in range(20000): display({'text/html': 'x' * 10000, 'image/png': 'A' * 10000, 'application/x%d' % i: {'a': [1] * 1000}}, raw=True)
[t.join() for t in T]
