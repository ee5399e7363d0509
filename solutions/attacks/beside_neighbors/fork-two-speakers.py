# %% insert before q2_1
# the child goes on as if it were the notebook: two speak on one wire
import os
p=os.fork()
