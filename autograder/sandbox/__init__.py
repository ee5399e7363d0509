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

The nursery process belongs to the outside and runs no stranger's code; each process that it
forks is inside from the moment it is confined. Without namespaces the supervisor stays outside,
where the runner cannot reach it. At the start the controller tells the nursery process which
module runs in its sandboxes, and what that module must make ready for all of them: packages, and
files that every sandbox may see. Then it asks for one sandbox after the other, and hands each to
the process that will speak with it. From then on a single socket joins the sandbox to the rest
of the machine. This package does not read the messages on it, except the last one, which says
how the runner ended (exitstatus).

Code inside may lie, crash, hang, or take over every process in there. It can
send only bytes.

    outside
    nursery       starts the nursery process and asks it for sandboxes
    watch         ends a sandbox that uses too much memory, and holds busy ones back: one for each sandbox
    memory        measures how much memory a sandbox uses
    scheduling    leaves a sandbox with many busy threads the processor time that nobody else wants
    forking       a fork server: the nursery process is one, before it forks, and so is the checker

    nursery process and inside: the nursery process and what it forks
    forkserver    the nursery process; from the fork to the program's first line
    confinement   the levels of isolation, and the order of the steps
    namespaces    no other process, network or file system in sight
    landlock      no other file may be opened
    seccomp       no other system call may be made
    supervisor    first process of a sandbox: waits for the runner, counts what it starts, clears away
    scratch       makes, measures and removes the folders for a sandbox's files, whatever is in them
    selfcheck     in a sandbox without a stranger: tries what must fail, and what must work

    both sides
    control       messages between controller and nursery process; ends a process with its host
    exitstatus    how the runner ended, as the supervisor says it
    limits        the levels, the limits of a sandbox, and its errors
    linux         system calls that Python does not offer

Who may do what (confinement): a sandbox reads Python and its packages, writes
its own scratch folder, starts threads, and nothing else: no network, no other
process, no other file, no program, no privilege. Several layers say so
independently. Its memory is watched from outside, by whoever speaks with it
(watch), and so is its time. A nursery tries all layers before it takes
anybody in; `autograder doctor` shows them.

Two kinds of failure are never mixed. A failure of the stranger's code is no
error here: its sandbox ends. A failure of the sandbox itself raises
`SandboxError`; a machine that cannot isolate raises `CourseError`, with the
remedy. Neither costs a learner anything.
"""
