"""What people read after grading: tables, pages and files for other systems.

Everything here is made from `autograder.grading.results.SubmissionResult` and
from nothing else of grading. `write.write_reports` writes what follows a batch:
`grades.csv`, one feedback page per learner, one result file per submission in
Gradescope's format, and the class report. `lms.export` writes grade files that
Canvas, Moodle and others take back.

Every name and message in a result was written by a stranger. Text reaches a
page only through Jinja's autoescaping, a spreadsheet only through
`text.cell`, a file name only through `text.file_names`.
"""
