# %% insert before q2_2
import threading
for i in range(300): grader.check("q2_1")
# %% replace q2_4
n=0
def scale(images):
    global n
    n+=1
    grader.check("q2_1")
    return (np.asarray(images)/255).astype("float32") if n%2 else images
# %% insert after check q2_4
ts=[threading.Thread(target=lambda: [grader.check("q2_2") for _ in range(20)]) for _ in range(10)]
[t.start() for t in ts]; [t.join() for t in ts]
del grader
# %% insert after check q2_5
import digits; grader=digits.checks("09-capstone"); grader.check("../02-preprocessing/q2_1"); 
# %% insert end
grader=digits.checks("02-preprocessing")
for q in ("q2_1\x00","q2_1/../q2_2","/etc/passwd","q8_1",10**5000,"q2_9"*10**6,b"q2_1",None,["q2_1"]):
    try: grader.check(q)
    except Exception as e: print(type(e))
grader.check_all()
