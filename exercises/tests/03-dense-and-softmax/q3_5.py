import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_5"
points = 1


@test_case(points=None, hidden=False)
def count_of_one_layer(count_parameters):
    got = digits.call(count_parameters, [2, 3], name="count_parameters")
    cause = "2 pixels times 3 units are 6 weights, and each of the 3 units has a bias."
    digits.expect_number(got, name="count_parameters([2, 3])", equal=9, whole=True, cause=cause)


@test_case(points=None, hidden=False)
def count_of_the_book(count_parameters):
    got = digits.call(count_parameters, [784, 512, 10], name="count_parameters")
    cause = "Each layer has (its inputs times its units) weights, and one bias for each unit; add up all the layers."
    digits.expect_number(got, name="count_parameters([784, 512, 10])", equal=407_050, whole=True, cause=cause)
