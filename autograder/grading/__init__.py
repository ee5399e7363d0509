"""Grading: runs the hidden tests against a notebook that runs somewhere else, to a score that nothing can change.

    batch        the steps of a batch: reuses known results, has the rest graded, handles Ctrl-C
      |  one task per submission, in any concurrent.futures.Executor
    worker       this process's engine; tries once more when the grader itself fails
      |
    submission   attempts at one notebook, until each question has a score; the verdict
      |
    engine       the nursery and the checker; an attempt as a stream of events
      :
      :  another process from here on
    checker      trusted, one thread, imports Otter once, and TensorFlow if needed, forks a child per attempt
      |
    child        runs the cells in order over the bridge's session, checks each question once, where the notebook asks
      |
    timed        that session, kept to a check's time, noting what the learner's code did while a test used it
    questions    one test file by Otter's own classes, case by case -> QuestionResult
    testsource   finds in the source of another course's failed case what it asks for that does not exist here
    variables    the notebook's variables as a dictionary, fetched when a test wants them
    messages     the message of a case that failed, or of a check that was stopped, in full
    causes       finds the wrong variant that gives the same as the answer, and so the cause
    redaction    decides how much of it a learner reads, once a hidden test was heard
    portrait     curves and confusion matrix of the learner's network, when all is checked

Beside them, with the controller:

    selection    selects which of the files handed in are graded
    othercourse  an assignment of another course, as `otter assign` leaves it
    proof        tries it on its own solution, and so finds the tests that cannot judge here
    testfacts    loads its test files in a process of its own, and reports their points
    exercises    the bundles of a batch's exercises, and the limits of their submissions
    notices      the notices of a batch: in the terminal, in the log, in the reports
    gradebook    every result of every batch, in SQLite; the only part that knows SQL
    ledger       the fate of each file that was handed in
    moves        moves the results of a file that turns out to be another's, or has a new name
    attempts     several attempts of a learner: numbers them, and chooses which counts
    adjust       a score or a comment by hand
    due          due dates, and the cost of being late
    decisions    applies what the instructor wrote into identity.csv to the gradebook
    log          the record of a batch, line by line
    progress     shows how far a batch has come
    cluster      a batch on other machines
    timing       the default time limit
    bundle       everything a grading depends on, and its hash: a new hash makes a result stale

and with both:

    events       the messages of the controller and the child
    results      the results of grading, plain data
    endings      how a cell, a check or a case ended, and all the words for it
    text         text from inside, made plain

All of it runs outside the sandbox. This package must never execute, evaluate,
unpickle or import anything that came from a submission. Two kinds of failure
are never mixed: a submission's fault is a verdict; the grader's own is an
`EngineError` or `Verdict.ERROR`, and gives or takes no points.
"""
