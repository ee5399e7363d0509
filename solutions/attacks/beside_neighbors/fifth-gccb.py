# %% insert after setup
@TRIES@
# %% insert after check q2_1
def cb(ph,info):
    while True: pass
gc.set_threshold(1,1,1); gc.callbacks.append(cb)
x=[[] for _ in range(1000)]
