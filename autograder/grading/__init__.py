"""Grading: the hidden tests against a notebook that runs somewhere else, to a score that nothing can change.

    batch        the steps of a batch: what is known already, who grades the rest, Ctrl-C
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
    child        runs the cells in order over the bridge's session, checks where the notebook asks, 20 times at most
      |
    watched      that session, kept to a check's time, noting what the learner's code did while a test used it
    questions    one test file by Otter's own classes, case by case -> QuestionResult
    testsource   what a failed case of another course asks for that cannot be had here, by its source
    variables    the notebook's variables as a dictionary, fetched when a test wants them
    messages     what went wrong in a failed case, or stopped a check, in words and in full
    causes       which wrong variant gives what the answer gave, and so what the cause is
    redaction    how much of it a learner reads, once a hidden test was heard
    portrait     curves and confusion matrix of the learner's network, when all is checked

Beside them, with the controller:

    selection    which of what was handed in is graded
    othercourse  an assignment of another course, as `otter assign` leaves it
    proof        what its own solution gets here, and so which of its tests say nothing
    testfacts    what its test files are worth, said by a process of its own that loads them
    exercises    what each exercise of a batch brings along, and what its submissions may use
    notices      what a batch says: in the terminal, in the log, in the reports
    gradebook    every result of every batch, in SQLite; the only part that knows SQL
    ledger       what became of each file that was handed in
    moves        what is kept of a file that turns out to be another's, or is called otherwise
    attempts     several attempts of a learner, and which of them counts
    adjust       a score or a comment by hand
    due          due dates, and what being late takes
    confirm      what the instructor wrote into identity.csv, taken over into the gradebook
    log          what a batch did, line by line
    progress     how far a batch has come, for whoever watches
    cluster      a batch on other machines
    timing       the default time limit
    bundle       what a grading depends on, and its hash: whatever makes an unchanged result stale

and with both:

    events       what the controller and the child say to each other
    results      what grading yields, plain data
    endings      how a cell, a check or a case ended, and all the words for it
    text         text from inside, made plain

All of it runs outside the sandbox. What must never happen in this package:
executing, evaluating, unpickling or importing anything that came from a
submission. Two kinds of failure are never mixed: a submission's fault is a
verdict; the grader's own is an `EngineError` or `Verdict.ERROR`, and gives or
takes no points.
"""
