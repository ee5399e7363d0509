"""Which part of many like cases `make test` tries; `make verify` tries all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def sampled(values: Iterable[Any], taken: Collection[Any]) -> list[Any]:
    """The values of a parametrized test: those not `taken` are left to `make verify`.

    Raises:
        AssertionError: something that is taken is not among the values, and so would be tried nowhere.
    """
    listed = list(values)
    unknown = [value for value in taken if value not in listed]
    assert not unknown, f"to be sampled, but not there: {unknown}"
    return [value if value in taken else pytest.param(value, marks=pytest.mark.verify) for value in listed]
