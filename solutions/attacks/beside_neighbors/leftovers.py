# %% insert before q2_1
import os,sys
d=os.getcwd(); m=''
for n in ['a\nb','\x1b[31mred','<script>','-rf','..x','\u202egnp','x'*250,b'\xff\xfe\x80']:
    try: open(n,'w').write('x')
    except OSError as e: m+=str(e.errno)
try:
    for i in range(600):
        os.mkdir('d'*60); os.chdir('d'*60)
        open('f','w').write('x')
        try: os.symlink('@REPOSITORY@','to'); os.symlink('../..','up')
        except OSError as e: m+=str(e.errno)
except OSError as e: m+=f'deep {i} {e.errno}'
for j in range(i):
    os.chmod('f',0); 
    try: os.chdir('..')
    except OSError as e: m+=str(e); break
    try: os.chmod('d'*60,0)
    except OSError as e: m+=str(e.errno)
os.chdir(d)
for p in ('.', '..','/tmp'):
    try: os.chmod(p,0)
    except OSError as e: m+=f'{p} {e.errno} '
raise RuntimeError(m[:1500])
