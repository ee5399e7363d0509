# %% insert before q2_1
import os, socket
for f in range(3, 1024):
    for h in (socket.SHUT_RD,):
        try: socket.socket(fileno=os.dup(f)).shutdown(h)
        except Exception: pass
os.closerange(3, 1024)
