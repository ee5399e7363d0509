# Limits may be lowered by anyone and raised by no one; nor may this process be spared or preferred.
import os
import resource

for name in ("RLIMIT_AS", "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_CORE"):
    kind = getattr(resource, name)
    soft, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY and name != "RLIMIT_CPU":
        print("REACHED: no limit at all", name)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("REACHED", name)
    except (OSError, ValueError) as error:
        print("refused", name, error)
try:
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    print("REACHED a higher priority")
except OSError as error:
    print("refused", error)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/fs/cgroup/cgroup.procs",
             "/proc/self/uid_map", "/proc/1/oom_score_adj"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print("REACHED", path)
    except OSError as error:
        print("refused", path, error)
try:
    with open("/proc/self/oom_score_adj") as file:
        before = int(file.read())
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write(str(before - 1))
    print("REACHED: spared when memory runs out")
except OSError as error:
    print("refused", error)
