"""What the controller and the checker's child say to each other about one attempt, as lines of JSON.

The request, one line from the controller:

    tests, questions        the folder of the full test files, the questions' names
    helpers                 folders that tests import from, whose messages are written for learners
    cells                   source and checks of each code cell
    skip_cells              cells not to run: an earlier attempt ended in them
    skip_checks             questions not to check in their place: an earlier attempt ended there
    done                    questions not to check at the end: they have a score
    last                    which check of a question to make, by its number from 1, where it is not the first
    portrait                the file that makes a portrait of the learner's network; empty: there is none
    timeout, total          seconds for one cell and for one check; for all cells together
    cpu_seconds             processor time of the child
    limits, pid             of the notebook's processes

The events, from the child:

    begun                                      the notebook has started; what follows is the learner's code
    cell      index, status, seconds, error, told, output
    checking  question, cell, nth              a check begins
    question  cell, nth, result, trouble       its result: a score that nothing can change any more
    portrait  portrait, note                   of the network; or why there is none
    end       status, error                    how the notebook's process ended, if before its time, and
              cell, question                   in which cell, or while which question was checked
              repeated                         how often questions were checked, where more than once
              review                           what could not be examined: an instructor must look
              flags                            what an instructor may want to know
    failed    traceback                        the grader's own failure

and from the checker, last: `exit` with the child's exit code.

Before it makes a portrait the child sends `checked`, with all that `end` says: the attempt is over, and
nothing that happens from then on, to the notebook's process or to the child, changes a score or a verdict.

`cell` is the code cell a check stands in, `AT_END` for the checks at the end; `nth` counts the checks of
that question in that cell. `trouble` lists what the learner's code did to the check: `timeout`, `memory`,
or how it ended the process.
"""

from __future__ import annotations

AT_END = -1

SEED = 2718
"""Seeds Python, NumPy and TensorFlow: once in the notebook, and in the checker before each check."""

OUTPUT_LIMIT = 20_000
"""Characters kept of what a notebook printed."""
