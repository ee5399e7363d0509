"""Mutants: all one-step changes of every solution, and which of them the tests do not see.

    operators    the steps: code -> its mutants, by the syntax tree
    runner       inside, unconfined: runs mutants of our own solutions against their tests, each in a forked child
    equivalence  inside, unconfined: finds out whether two answers give the same on fresh valid inputs
    permitted    the mutants that a question allows, each with the sentence that does
    examine      runs all of it for `autograder verify --mutants`, counts, and reports what is left
"""
