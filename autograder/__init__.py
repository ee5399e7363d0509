"""Reading Digits: builds the course's exercises and grades what learners hand in.

`autograder/README.md` says how it works. The map of the package, in which imports point upward:

    course       the places of files; the exercises, their questions and points; `CourseError`
    page         the site in which the exercises run in a web page
    submissions  finds, names and reads the files handed in
    sandbox      isolation: runs strangers' code, whatever it is
    bridge       a notebook in a sandbox, and its values outside
    probes       tries what isolates on this machine
    grading      runs the tests against the confined notebook; scores; the gradebook
    authoring    masters -> exercises, test files, release and zips for Gradescope; proves them
    reports      pages and files made from results
    cli          the command `autograder`, which `__main__` is, too

Each of the folders has a map of its modules in its first lines.
"""
