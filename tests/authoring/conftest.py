"""A course of the tests' own, in a folder of its own: one tiny exercise, built like the real ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder import course

MASTER = '''\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
title: Tiny
chapter: data/02-shapes
minutes: 20
---

# Exercise 9: Tiny

2.5 points, about 20 minutes.

See [Shapes](book:data/02-shapes) and [a section](book:data/02-shapes#rows).

```{code-cell} python
import math
```

```{code-cell} python
# TEST HELPERS
def reference(x):
    return 2 * x
```

```otter
# BEGIN QUESTION
name: q9_1
points: 2
```

### Question 9.1 (2 points)

Double it.

```otter
# BEGIN SOLUTION
```

```{code-cell} python
def double(x):
    """Twice x."""
    # BEGIN SOLUTION
    return x + x
    # END SOLUTION
```

```otter
# END SOLUTION
```

```otter
# BEGIN TESTS
```

```{code-cell} python
def double_of_three(double):
    # A comment that stays.
    assert digits.call(
        double, 3, name="double",
    ) == 6, "`double(3)` should be 6"
```

```{code-cell} python
# HIDDEN: negative numbers, fractions
def double_of_many(double):
    with digits.hint("`double` must work for any number."):
        for x in (0, -5, 2.5):
            assert digits.call(double, x, name="double") == reference(x)
```

```otter
# END TESTS
```

```otter
# END QUESTION
```

```{code-cell} python
with digits.once_written():
    print(double(4))
```

```otter
# BEGIN QUESTION
name: q9_2
points: 0.5
all_or_nothing: true
```

### Question 9.2 (0.5 points)

Repair it.

```otter
# BEGIN SOLUTION
```

```{code-cell} python
def half(x):
    # BEGIN SOLUTION NO PROMPT
    return x / 2
    # END SOLUTION
    """ # BEGIN PROMPT
    return x / 3
    """ # END PROMPT


answer = 42  # SOLUTION
```

```otter
# END SOLUTION
```

```otter
# BEGIN TESTS
```

```{code-cell} python
def half_of_four(half, answer):
    digits.expect_number(answer, name="answer")
    digits.expect_number(digits.call(half, 4, name="half"), name="half(4)", equal=2)
```

```{code-cell} python
# HIDDEN: whether the answer is right
def the_answer(answer):
    with digits.hint("Read it again."):
        assert answer == 42
```

```otter
# END TESTS
```

```otter
# END QUESTION
```
'''


PORTRAIT = '''\
```{code-cell} python
# PORTRAIT
def portrait(double):
    answers = np.eye(10)[double(np.arange(30)) % 10]
    return {"history": {"loss": [0.5, 0.4]}, "answers": answers, "labels": np.arange(30) % 10}
```

'''
"""A cell for the tiny master."""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of the tiny course; its master is `solutions/91-tiny/master.md`."""
    for folder in ("exercises", "solutions", "build"):
        (tmp_path / folder).mkdir()
    for file in ("digits.py", "requirements.txt"):
        shutil.copy(course.EXERCISES / file, tmp_path / "exercises")
    (tmp_path / "exercises" / "mnist.npz").write_bytes(b"not needed here")
    (tmp_path / "solutions" / "91-tiny").mkdir()
    (tmp_path / "solutions" / "91-tiny" / "master.md").write_text(MASTER, encoding="utf-8")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    for name in ("exercises", "solutions", "build"):
        monkeypatch.setattr(course, name.upper(), tmp_path / name)
    return tmp_path


def edit(root: Path, old: str, new: str) -> None:
    """Replace `old`, which must be there, in the tiny master."""
    path = root / "solutions" / "91-tiny" / "master.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
