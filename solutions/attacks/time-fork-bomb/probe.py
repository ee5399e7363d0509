# Sleeping children, and counting them. Stops by itself, so that a missing limit does not take the host down.
import os
import time

children = 0
try:
    for _ in range(2000):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError as error:
    print("refused after", children, error)
print("REACHED" if children >= 1000 else "capped", children)
