"""The sandbox: runs strangers' notebooks, and lets a trusted process look at their variables.

Theory of operation
===================

                 trusted                         |              not trusted
                                                 |
    controller ---- requests, descriptors ----> nursery process   imports TensorFlow, runs nothing
    (nursery.py)         (control.py)            |     | fork (forkserver.py)
        |                                        |     v
        | hands on a socket and a pidfd          |  warden        first process of the sandbox: when it
        v                                        |     | fork     dies, all of it dies (warden.py)
    checker's child <===== the wire =============|==> cell runner learner's code (bridge/)
    (bridge/)        plain data only (bridge/)   |

The controller asks the nursery process for a sandbox and hands it to whoever
checks the submission. From then on nothing joins the sandbox to the rest of
the machine but one socket. The checker's `Session` speaks, the cell runner
answers: run this cell, what is the value of `x`, call `f` with these
arguments. In between, the learner's `grader.check("q1")` makes the cell wait
while the checker asks. The cell runner knows no tests, no solutions, and no
names but the learner's.

What is inside may lie, crash, hang, or take over every process in there. It
can send only bytes, and `wire.decode` makes only plain data of them, within
limits, or ends the session. Models are put together anew from Keras' own
classes (models.py, kerasobjects.py). Nothing that came from inside is ever
imported, evaluated or unpickled outside.

Who may do what (confinement.py): a sandbox reads Python and its packages,
writes its own scratch folder, starts threads, and nothing else: no network,
no other process, no other file, no program, no privilege. Several layers say
so independently: namespaces (namespaces.py), Landlock (landlock.py), seccomp
(seccomp.py), limits. Memory is watched from outside (memory.py), time by the
session. A nursery tries all layers before it takes a submission (selfcheck.py),
and `autograder doctor` shows them and tries the limits, too (doctor.py,
overuse.py).

Two kinds of failure, never mixed. What the submission did is a `CellOutcome`
or a `SessionEnded`: a verdict. What the sandbox itself failed at is a
`SandboxError`; a machine that cannot isolate is a `CourseError`, with the
remedy. Neither costs a learner anything.
"""
