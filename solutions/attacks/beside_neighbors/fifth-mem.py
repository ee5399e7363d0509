# %% insert after setup
@TRIES@
for i in range(4):
    if os.fork()==0:
        try:
            b=bytearray(0)
            for k in range(1400): b+=b'x'*(1<<20)
        except MemoryError: pass
        time.sleep(30); os._exit(0)
time.sleep(14)
