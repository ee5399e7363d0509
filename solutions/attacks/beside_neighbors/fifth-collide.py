# %% insert after setup
@TRIES@
# %% replace q2_1
def flatten(i):
    return {k*((1<<61)-1):1 for k in range(12000)}
# %% replace q2_3
M=(1<<61)-1
pixels_divided={i*M:0 for i in range(1)}
class _D: pass
pixels_divided=dict.fromkeys([])
import itertools
pixels_divided=[i*M for i in range(60000)]
levels_left=frozenset(i*M for i in range(15000))
# %% replace q2_4
def scale(i):
    return set(k*((1<<61)-1) for k in range(12000))
