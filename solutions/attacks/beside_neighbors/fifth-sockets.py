# %% insert after setup
@TRIES@
for f in range(0,46):
    for ty in (1,2,3,5):
        try:
            s=socket.socket(f,ty); log('SOCK',f,ty,'OPEN'); s.close()
        except Exception as e:
            if not isinstance(e,OSError) or e.errno not in (1,13): log('SOCK',f,ty,type(e).__name__,getattr(e,'errno',''))
t('pair',lambda: socket.socketpair())
t('uconn',lambda: socket.socket(socket.AF_UNIX).connect('\0x'))
