# only unflatten raises; the reason names q2_3, too, whose answers are two constants
# %% replace q2_2
def unflatten(*a): raise MemoryError
