# %% insert after setup
@TRIES@
# %% insert after check q2_1
# fill own wire: peer reading? half frames slowly
s=socket.socket(fileno=os.dup(11))
end=time.time()+12
def w():
    while time.time()<end:
        try: s.send(b'\0'*200000)
        except OSError: pass
for _ in range(4): threading.Thread(target=w,daemon=True).start()
time.sleep(12)
