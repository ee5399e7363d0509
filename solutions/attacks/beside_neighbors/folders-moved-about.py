# %% insert before q2_1
import os,time
os.umask(0); d='a/b/c/d/e'; os.makedirs(d)
for i in range(4): open(f'{d}/f{i}','wb').write(b'x'*(50<<20))
t=time.time()+10; n=0
while time.time()<t:
    os.rename('a/b/c','c'); os.rename('c','a/b/c'); os.rename('a/b/c/d','d'); os.rename('d','a/b/c/d'); n+=1
raise RuntimeError(str(n))
