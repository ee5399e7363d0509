"""Mutants: all one-step changes of every solution, and which of them the tests do not see.

    operators    what a step is: code -> its mutants, by the syntax tree
    runner       inside, unconfined: runs mutants of our own solutions against their tests, each in a forked child
    equivalence  inside, unconfined: whether two answers give the same on fresh valid inputs
    permitted    the mutants that a question allows, each with the sentence that does
    examine      puts it together for `autograder verify --mutants`, counts, and says what is left
"""
