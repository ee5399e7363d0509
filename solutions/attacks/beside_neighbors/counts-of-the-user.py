# %% insert before q2_1
# whatever the kernel counts for a user: timers, epoll, inotify, queues, keys, pending signals, locks
import os,ctypes,signal,time
libc=ctypes.CDLL(None,use_errno=True); R={}
for name,nr,args in (('timer_create',222,(1,None,ctypes.create_string_buffer(8))),('epoll',291,(0,)),('epoll0',213,(1,)),('inotify',294,(0,)),('fanotify',300,(0,0)),('mq_open',240,(b'/a',66,0o600,None)),('signalfd',289,(-1,ctypes.create_string_buffer(8),8,0)),('add_key',248,(b'user',b'a',b'b',1,-3)),('io_setup',206,(1,ctypes.create_string_buffer(8))),('perf',298,(None,0,-1,-1,0)),('bpf',321,(0,0,0)),('rt_sigqueueinfo',129,(os.getpid(),40,ctypes.create_string_buffer(128))),('landlock',444,(0,0,1)),('pidfd',434,(os.getpid(),0)),('userns',272,(0x10000000,)),('seccomp',317,(1,8,0)),('seccomp_prctl',157,(22,2,0))):
    R[name]=(libc.syscall(nr,*args),ctypes.get_errno())
signal.pthread_sigmask(signal.SIG_BLOCK,range(34,64)); n=0
for i in range(5000): os.kill(os.getpid(),40); n+=1
R['pending']=[l for l in open('/proc/self/status') if l.startswith('SigQ')]
import fcntl
f=os.open('lock',os.O_RDWR|os.O_CREAT); t=time.time()
for i in range(200000): fcntl.lockf(f,fcntl.LOCK_EX,1,i*2)
R['locks']=round(time.time()-t,2)
print(R)
