"""Reports: what people read of a grading (tables, pages, files for other systems), and tables that they write for it.

Reports are made from `autograder.grading.results.SubmissionResult`. From grading they take besides only the fixed
sentences of `endings` and `redaction`, the lines of its `ledger`, what `adjust.to_decide` says that an instructor must
decide, and `attempts.CHOSEN`, the word that chooses an attempt. Class lists (`roster`) and the instructor's lines
(`identity_csv`) are read before a grading, too; a table of scores (`byhand`) becomes what `grading/adjust.py` takes.

    write         all that follows a batch, into one folder:
    grades        grades.csv
    feedback      one page per learner
    gradescope    one result file per submission, in Gradescope's format
    classreport   the class report
    desk          the instructor's pages: each submission's code beside its questions
    answers       the code that was handed in, read again for them
    commonest     the messages of failed checks and stopped cells, and who got them

    targets       which systems take back grades and pages
    lms           grade files that the systems take back
    handback      the feedback pages in a zip that Moodle or Canvas gives back

    files_csv     files.csv: the fate of each file
    byhand        the table of scores and comments that an instructor writes
    identity_csv  identity.csv: whose each file is, and what the instructor decided
    roster        tables of people, and who in them a learner is
    items         which questions the class solved, and which separate strong learners from weak ones
    charts        the picture of the class report
    portrait      the portrait of a learner's network, and whether it is too good
    words         the words for verdicts and levels
    text          strangers' text, made fit to be shown
    templating    pages from templates
    files         written whole or not at all

Every name and message in a result was written by a stranger. Text reaches a
page only through Jinja's autoescaping, a spreadsheet only through
`text.cell`, a file name only through `text.file_names`.
"""
