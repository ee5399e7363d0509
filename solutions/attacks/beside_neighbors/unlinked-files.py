# %% insert before q2_1
# 60 MB in each of 60 files that are unlinked while open; then sparse ones that get filled, and O_TMPFILE
import os,time
fds=[];m='';tot=0
try:
    for i in range(60):
        try: fd=os.open('.',os.O_TMPFILE|os.O_RDWR)
        except OSError as e:
            m='tmpfile %d '%e.errno
            fd=os.open('u%d'%i,os.O_RDWR|os.O_CREAT); os.unlink('u%d'%i)
        fds.append(fd)
        for j in range(60): tot+=os.write(fd,b'z'*(1<<20))
except BaseException as e: m+=repr(e)
time.sleep(4)
raise RuntimeError(f'{tot>>20} MB in {len(fds)} files {m}')
