"""The bridge: lets a trusted process look at the variables of a notebook that runs in a sandbox.

              outside: trusted                  |       inside: not trusted
                                                |
    tests ---- remote ---- session <======== the wire ========> cellrunner ---- the notebook
                                         plain data only

Built on the sandbox, which isolates processes and does not know what runs in
them. The `Session` speaks, the cell runner answers: run this cell, what is the
value of `x`, call `f` with these arguments. In between, the learner's
`grader.check("q1")` makes the cell wait while the session asks. The cell
runner knows no tests, no solutions, and no names but the learner's; of Otter
it knows what a notebook says to it, and stands in for it.

    outside
    notebooks     the one call that opens a notebook in a sandbox
    session       the conversation with one cell runner
    remote        what a test holds in place of what stays inside
    arguments     those of a call, changed as it has changed the copies of them
    plaintext     text without what a terminal would act on

    nursery process and inside: ready once, forked for each notebook
    cellrunner    runs the cells, answers the session
    helper        the course's helper module, with the data unpacked once for all

    inside: what the cell runner is made of
    shell         IPython as in a notebook's kernel, without terminal, history, files or child processes
    otterstandin  what stands in for Otter: `grader.check` asks the session
    output        what the notebook prints, as far as it is kept
    errors        how a cell ended, and its error as the learner wants to read it

    both sides, from what is said to what is meant
    wire          bytes and values; nothing but plain data comes out of it
    records       plain data that stands for what cannot cross itself
    exports       any value as records
    tables        tables of pandas, dates of NumPy and arrays of objects as records, and back
    revival       values of NumPy, Keras and Python as records, and back, out of closed lists
    models        records as Keras models
    kerasobjects  configurations as objects of Keras' own classes, out of closed lists
    fasterfit     fit and evaluate with fewer calls into TensorFlow, traced once, where that changes nothing

What runs inside is imported in the nursery process, before there is any
learner. There it must never run a learner's code or know a secret.

Inside, all of it may be changed by the learner's code, and may lie. Outside,
`wire` makes only plain data of what comes, within limits, or ends the session;
models are put together anew from Keras' own classes; and nothing that came
from inside is ever imported, evaluated or unpickled. What the submission did
is a `CellOutcome` or a `SessionEnded`, never an error of the grader's.
"""
