"""The probes: try each layer of the isolation and each limit on this machine, and say what holds."""
