# %% insert end
import time
for i in range(100000):
    try: grader.check("q2_%d"%(i%6+1))
    except BaseException: pass
