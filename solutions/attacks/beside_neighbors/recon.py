# %% insert before q2_1
import os,sys,resource,glob
o=[]
o.append(os.getcwd()); o.append(str(os.listdir('.')))
o.append(str(dict(os.environ)))
o.append('fds '+str([(f,os.readlink('/proc/self/fd/'+f)) for f in os.listdir('/proc/self/fd') if os.path.islink('/proc/self/fd/'+f)]) if os.path.exists('/proc/self/fd') else 'no proc')
for p in ['/','/proc','/tmp','/dev','/dev/shm','/home','@REPOSITORY@','/sys','/etc','/run','/var/tmp']:
    try: o.append(p+':'+str(os.listdir(p))[:300])
    except OSError as e: o.append(p+' '+str(e.errno))
for r in dir(resource):
    if r.startswith('RLIMIT'): o.append(r+str(resource.getrlimit(getattr(resource,r))))
for f in ['/proc/self/cmdline','/proc/self/status','/proc/loadavg','/proc/sys/kernel/sched_autogroup_enabled','/proc/sys/kernel/core_pattern','/proc/sys/fs/pipe-user-pages-soft']:
    try: o.append(f+open(f).read()[:300])
    except OSError as e: o.append(f+str(e.errno))
o.append(str(os.getuid())+str(os.getpid())+str(os.getppid()))
raise RuntimeError(' | '.join(o))
