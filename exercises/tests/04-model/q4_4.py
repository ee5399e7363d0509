import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_4"
points = 2


@test_case(points=None, hidden=False)
def build_within_ten_thousand(build_within):
    model = digits.call(build_within, 10_000, name="build_within")
    name = "build_within(10000)"
    digits.expect_model(model, name=name, takes=(784,), cause="Begin with `keras.Input((784,))`.")
    digits.expect_model(
        model, name=name, takes=(784,), gives=(10,), cause="There are ten digits, so ten units at the end."
    )
    parameters = model.count_params()
    if parameters > 10_000:
        raise AssertionError(
            f"`{name}` has {parameters:,} parameters; expected at most 10,000. Did you count the biases of both layers, "
            "and the weights that lead from the hidden units to the ten outputs? Do you round down?"
        )
    if parameters <= 10_000 - 795:
        raise AssertionError(
            f"`{name}` has {parameters:,} parameters; expected as many as fit into 10,000, and another hidden unit "
            "would still fit. What does one more hidden unit cost?"
        )


@test_case(points=None, hidden=False)
def build_within_other_budgets(build_within):
    for budget in (1_000, 30_000, 7_955):
        model = digits.call(build_within, budget, name="build_within")
        name = f"build_within({budget})"
        digits.expect_model(model, name=name, takes=(784,), gives=(10,))
        parameters = model.count_params()
        if parameters > budget:
            raise AssertionError(
                f"`{name}` has {parameters:,} parameters; expected at most {budget:,}. "
                "Does the number of units come from `budget`, and is every parameter counted?"
            )
        if parameters <= budget - 795:
            raise AssertionError(
                f"`{name}` has {parameters:,} parameters; expected as many as fit into {budget:,}, and another hidden "
                "unit would still fit. Does the number of units come from `budget`?"
            )
