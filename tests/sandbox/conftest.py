"""Gives the tests of this folder the sandboxes of tests/sandboxes.py, at each level of isolation that holds here."""

from tests.sandboxes import (  # noqa: F401
    best_level,
    holding,
    nursery_at,
    pytest_collection_modifyitems,
    pytest_generate_tests,
    sandbox,
    sandbox_of,
)
