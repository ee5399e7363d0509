# %% insert before q2_1 times 8
import os
os.umask(0)
for i in range(4):
    f=open('f%d-{K}'%i,'wb'); f.write(b'x'*(60<<20)); f.close()
os.mkdir('h{K}',0o300)
for i in range(4): os.rename('f%d-{K}'%i,'h{K}/f%d'%i)
