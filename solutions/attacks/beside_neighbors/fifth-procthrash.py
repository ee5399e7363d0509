# %% insert after setup
@TRIES@
end=time.time()+12
def w():
    while time.time()<end:
        for f in ('/proc/self/smaps','/proc/self/maps','/proc/stat','/proc/meminfo','/proc/self/pagemap','/proc/vmstat','/proc/slabinfo','/proc/interrupts','/proc/self/mountinfo','/proc/kallsyms'):
            try: open(f,'rb').read(1<<20)
            except OSError: pass
for _ in range(40):
    if os.fork()==0: w(); os._exit(0)
time.sleep(12)
