"""Authoring: from a master to what learners get, and the proof that its tests are good ones. For the instructor only.

    new           lays down a new exercise
    master        reads a master
    hints         holds hidden tests to their hint
    wrong         reads wrong variants, and proves that they can be told apart
    build         masters -> exercises/ and build/
    finish        puts in order what Otter Assign wrote
    trial         runs a notebook of our own against its tests, unconfined
    zips          read, and written the same byte for byte
    release       what learners get, looked through by
    changes       what is different from the release before
    leaks         finds solutions and hidden tests in files that leave the house

    schemas       what may stand in the files of the corpora
    corpus        the corpora: mistakes, right answers, attacks, as data
    casefiles     the notebooks that a corpus describes
    verify        grades the corpora, and compares
    mutants       all one-step changes of the solutions, and those that the tests do not see
    sample_class  a class made from them
    bars          the accuracy bars of an exercise, which stand beside its master
    calibrate     how high they may stand: the accepted styles over many seeds
"""
