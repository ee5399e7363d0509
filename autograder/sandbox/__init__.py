"""The sandbox: runs code of strangers, cut off from everything but one socket. It does not know what the code is.

Theory of operation
===================

               outside: trusted                               |      inside: not trusted
                                                              |
    controller ---- requests, descriptors ----> nursery       |
    (nursery)             (control)             process       |
        |                                       imports once  |
        | hands on a socket and a pidfd            |  fork (forkserver)
        |                                          +--------> | supervisor  first process of the sandbox: when
        v                                                     |   | fork    it dies, all of it dies (supervisor)
    whoever speaks with it <============ socket ==============|=> runner the program, with the stranger's code

The nursery process belongs to the outside and runs nothing strange; what it
forks is inside from the moment it is confined. Where there are no namespaces
the supervisor stays outside, for the runner cannot reach it there. The
controller tells the nursery process at the start which module runs in
its sandboxes, and what that is to make ready for all of them: packages, and
files that everybody may see. Then it asks for one sandbox
after the other, and hands each to whoever wants to speak with it. From then on nothing joins the
sandbox to the rest of the machine but one socket. What is said over it is not
the sandbox's business, but for the last message: how the runner ended (exitstatus).

What is inside may lie, crash, hang, or take over every process in there. It
can send only bytes.

    outside
    nursery       starts the nursery process and asks it for sandboxes
    watch         ends a sandbox that uses too much memory, and holds busy ones back: one for each sandbox
    memory        how much memory a sandbox uses
    scheduling    a sandbox with many busy threads gets the processor time that nobody else wants

    nursery process and inside: the nursery process and what it forks
    forkserver    the nursery process; from the fork to the program's first line
    confinement   the levels of isolation, and the order of the steps
    namespaces    no other process, network or file system in sight
    landlock      no other file may be opened
    seccomp       no other system call may be made
    supervisor    first process of a sandbox: waits for the runner, counts what it starts, clears away
    scratch       the folders for a sandbox's files: made, measured and removed, whatever is in them
    selfcheck     in a sandbox without a stranger: tries what must not work, and what must

    both sides
    control       messages between controller and nursery process; ends a process with its host
    forking       what a fork server is; the checker is one, too
    exitstatus    how the runner ended, as the supervisor says it
    limits        the levels, what a sandbox may use, `SandboxError`
    linux         system calls that Python does not offer

Who may do what (confinement): a sandbox reads Python and its packages, writes
its own scratch folder, starts threads, and nothing else: no network, no other
process, no other file, no program, no privilege. Several layers say so
independently. Its memory is watched from outside, by whoever speaks with it
(watch), and so is its time. A nursery tries all layers before it takes
anybody in; `autograder doctor` shows them.

Two kinds of failure, never mixed. What the stranger's code did is no error
here: its sandbox ends. What the sandbox itself failed at is a `SandboxError`;
a machine that cannot isolate is a `CourseError`, with the remedy. Neither
costs a learner anything.
"""
