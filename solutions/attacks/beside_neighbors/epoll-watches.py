# %% insert before q2_1
# one file under many numbers in many epoll sets, in many processes: watches are counted for the user
import os, select, time
def work():
    sets, n = [], 0
    try:
        while len(sets) < 100: sets.append(select.epoll())
        r, w = os.pipe()
        for number in range(130, 250):
            os.dup2(r, number)
            for one in sets: one.register(number); n += 1
            os.close(number)
    except OSError as error: return n, error
    time.sleep(10); return n
k = 0
try:
    for k in range(100):
        if os.fork() == 0: work(); os._exit(0)
except OSError as error: print(k, error)
print(work())
