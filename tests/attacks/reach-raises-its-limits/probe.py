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
for path, text in (("/proc/self/oom_score_adj", "-1000"), ("/proc/sys/kernel/core_pattern", "|/bin/sh"),
                   ("/proc/sysrq-trigger", "h"), ("/sys/fs/cgroup/cgroup.procs", "0")):
    try:
        with open(path, "w") as file:
            file.write(text)
        print("REACHED", path)
    except OSError as error:
        print("refused", path, error)
