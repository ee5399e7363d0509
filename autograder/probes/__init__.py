"""The probes: try each layer of the isolation and each limit on this machine, and say what holds.

    doctor    shows what is installed, which layers hold, how fast this machine is: `autograder doctor`
    overuse   takes too much of everything in a sandbox, and says which limits hold
"""
