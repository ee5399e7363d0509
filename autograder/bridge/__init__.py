"""The bridge: lets a trusted process look at the variables of a notebook that runs in a sandbox.

              outside: trusted                  |       inside: not trusted
                                                |
    tests ---- remote ---- session <======== the wire ========> cellrunner ---- the notebook
                                         plain data only

Built on the sandbox, which isolates processes and does not know what runs in
them. The `Session` speaks, the cell runner answers: run this cell, what is the
value of `x`, call `f` with these arguments. In between, the learner's
`grader.check("q1")` makes the cell wait while the session asks. The cell runner
knows no tests, no solutions, and no names but the learner's. It has a stand-in
for Otter, which knows only what a notebook says to Otter.

    outside
    notebooks     the one call that opens a notebook in a sandbox
    session       the conversation with one cell runner
    remote        stands for objects that stay inside, in the hands of a test
    arguments     changes the arguments of a call, as it has changed the copies of them
    plaintext     text without what a terminal would act on

    nursery process and inside: ready once, forked for each notebook
    cellrunner    runs the cells, answers the session
    helper        the course's helper module, with the data unpacked once for all

    inside: the parts of the cell runner
    shell         IPython as in a notebook's kernel, without terminal, history, files or child processes
    otterstandin  stands in for Otter: `grader.check` asks the session
    output        keeps what the notebook prints, up to a limit
    errors        describes how a cell ended, and its error for the learner

    both sides, from bytes to meaning
    wire          bytes and values; nothing but plain data comes out of it
    records       plain data that stands for what cannot cross itself
    exports       any value as records
    kerasfacts    weights and facts of a Keras model, for its record
    tables        tables of pandas, dates of NumPy and arrays of objects as records, and back
    revival       types, modules and plain values as records; and back, with tensors and histories, by closed lists
    models        records as Keras models
    kerasobjects  configurations as objects of Keras' own classes, out of closed lists
    fasterfit     fit and evaluate with fewer calls into TensorFlow, traced once, where that changes nothing

The modules that run inside are imported in the nursery process, before there is
any learner. There they must never run a learner's code or know a secret.

Inside, the learner's code may change all of it, and it may lie. Outside, `wire`
turns the bytes that arrive into plain data, within limits, or ends the session;
models are built again from Keras' own classes; and nothing that came from
inside is ever imported, evaluated or unpickled. A failure of the submission is
a `CellOutcome` or a `SessionEnded`, never an error of the grader.
"""
