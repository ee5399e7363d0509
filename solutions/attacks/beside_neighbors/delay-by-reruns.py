# sleeps within the limit, then cells that each end the process: every one costs a new run with all the sleeps in it
# %% insert before q2_1
import time, os
for _ in range(1): time.sleep(1)
# %% insert before check q2_1 times 40
import time, os
if {K} < 18: time.sleep(2)
else: os._exit(0)
