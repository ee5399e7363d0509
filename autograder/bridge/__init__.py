"""The bridge: a session outside, a cell runner inside, and plain data between them.

Built on the sandbox (autograder/sandbox), which isolates processes and knows
nothing of what runs in them. What is in here carries values: the wire, the
records on it, models and functions as the other side may see them.
"""
