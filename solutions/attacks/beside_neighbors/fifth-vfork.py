# %% insert after setup
@TRIES@
def v():
    r=libc.syscall(56,0x4000|17,0,0,0,0)
    if r==0:
        libc.usleep(900000000); libc._exit(0)
threading.Thread(target=v,daemon=True).start()
time.sleep(1)
r=libc.syscall(56,0x4000|17,0,0,0,0)
if r==0:
    for i in range(1000): libc.sleep(1)
    libc._exit(0)
