"""Authoring: makes from a master what learners get, and proves that its tests are good ones. For the instructor only.

    new           lays down a new exercise
    master        reads a master
    hints         checks that hidden tests show only their hint
    tried         checks that hidden tests say what they try, and makes the line after ✔ of it
    wrong         reads wrong variants, and proves that they can be distinguished
    build         masters -> exercises/ and build/
    finish        puts the output of Otter Assign in order: notebooks and test files
    gradescope    changes the scripts with which Otter's zip runs on Gradescope
    trial         runs a notebook of our own against its tests, unconfined
    zips          read, and written the same byte for byte
    release       makes what learners get, and has it searched by
    changes       lists the differences from the release before
    leaks         finds solutions and hidden tests in files that are handed out

    schemas       the schemas of the corpora's files
    corpus        the corpora: mistakes, right answers, attacks, as data
    casefiles     the notebooks that a corpus describes
    verify        grades the corpora, and compares
    mutants       all one-step changes of the solutions, and those that the tests miss
    sample_class  a class made from them
    bars          the accuracy bars of an exercise, which stand beside its master
    calibrate     measures how high they may stand: the accepted styles over many seeds
"""
