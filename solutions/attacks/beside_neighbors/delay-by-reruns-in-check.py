# the same in checks: functions that end the process when called, after sleeps
# %% replace q2_1
import time, os
time.sleep(2.5)
def flatten(images):
    time.sleep(2); os._exit(3)
# %% replace q2_2
time.sleep(2.5)
def unflatten(*a): time.sleep(2); os._exit(3)
# %% replace q2_4
time.sleep(2.5)
def scale(*a): time.sleep(2); os._exit(3)
# %% replace q2_5
time.sleep(2.5)
def preprocess(*a): time.sleep(2); os._exit(3)
# %% replace q2_6
time.sleep(2.5)
def prepare(*a): time.sleep(2); os._exit(3)
for q in ("q2_1", "q2_2", "q2_4", "q2_5", "q2_6") * 4: grader.check(q)
