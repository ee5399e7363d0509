# %% insert after setup
@TRIES@
# %% insert after check q2_1
s=socket.socket(fileno=os.dup(11))
t('oob',lambda: s.send(b'x',socket.MSG_OOB)); t('oob2',lambda: s.send(b'y',socket.MSG_OOB)); t('more',lambda: s.send(b'',socket.MSG_MORE)); t('zero',lambda:[s.send(b'') for _ in range(1000)] and 1)
