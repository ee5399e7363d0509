"""Reading Digits: builds the course's exercises and grades what learners hand in.

Start at `docs` in README.md; the map of the package:

    course       where things are; the exercises, their questions and points
    authoring    masters -> exercises, test files, release and Gradescope bundles
    submissions  finding, naming and reading what was handed in
    sandbox      runs a stranger's notebook, confined; knows nothing of tests or grades
    grading      runs the tests against the confined notebook; scores; the gradebook
    reports      pages and files made from results
    cli          the command `autograder`
"""
