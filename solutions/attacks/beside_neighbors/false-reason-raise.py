# the learner raises what the grader takes for its own limits
# %% insert before q2_1
raise MemoryError
# %% replace q2_1
def flatten(images): raise KeyboardInterrupt
# %% replace q2_2
def unflatten(*a): raise MemoryError("mine")
# %% replace q2_4
def scale(*a): raise TimeoutError("mine")
# %% replace q2_5
def preprocess(*a): raise BrokenPipeError(32, "mine")
# %% replace q2_6
def prepare(*a): raise EOFError("mine")
