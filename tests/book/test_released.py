"""The release of this very course: nothing hidden gets out with it. tests/authoring/test_release.py has the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring import release
from autograder.authoring.release import Site, put_together
from autograder.course import exercise_names
from book.build import alone

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("address", ["", "https://someone.github.io/digits/"])
def test_the_release_of_this_course_gives_nothing_away(site: Path, address: str) -> None:
    names = exercise_names()
    with alone():  # a test that builds the book again would rewrite it under our eyes
        made = put_together(names, Site(address))
    release.check(made, names)
    assert len(made) > 100 and not any("solutions" in path for path in made)
    released = {Path(path).name for path in made}
    assert {f"{name}.ipynb" for name in names} <= released
