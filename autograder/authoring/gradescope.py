"""Changes the scripts with which Otter's zip runs on Gradescope.

One installs a browser that nothing of ours needs. The other shows learners the line of a check that failed, hidden ones
included.
"""

from __future__ import annotations

from importlib.metadata import version

from autograder.course import CourseError

BROWSER = b'mamba run -n otter-env bash -c "playwright install-deps && playwright install chromium"\n'
"""The line of Otter's `setup.sh` that installs a browser to print notebooks as PDF."""
RUNS = b'\n\nif __name__ == "__main__":\n    run_autograder("/autograder")\n'
"""The end of Otter's `run_otter.py`, which runs everything."""
RUNS_AND_REDACTS = b'''
import json
import re


def tell_messages_alone(file):
    """A learner reads what a check says, and no line of the check: in a hidden one it may hold the answer."""
    with open(file, encoding="utf-8") as results:
        told = json.load(results)
    for test in told["tests"]:
        test["output"] = re.sub(r"Error at line \\d+ in test \\S+:\\n[^\\n]*\\n\\s*\\w+: ", "", test.get("output", ""))
    with open(file, "w", encoding="utf-8") as results:
        json.dump(told, results)


if __name__ == "__main__":
    run_autograder("/autograder")
    tell_messages_alone("/autograder/results/results.json")
'''


def without_browser(script: bytes) -> bytes:
    """Returns Otter's `setup.sh` for Gradescope's image, without the browser that prints notebooks.

    Our zips for Gradescope print none. The browser would add some two hundred packages from two more servers, and the
    failure of any one of these makes the image fail.

    Raises:
        CourseError: the script is not the one that was known when this was written.
    """
    return _replaced("setup.sh", script, "BROWSER", BROWSER, b"")


def showing_messages_alone(script: bytes) -> bytes:
    """Returns Otter's `run_otter.py` for Gradescope, changed to show the message of a failed check and not its line.

    Raises:
        CourseError: the script is not the one that was known when this was written.
    """
    return _replaced("run_otter.py", script, "RUNS", RUNS, RUNS_AND_REDACTS)


def _replaced(file: str, script: bytes, name: str, known: bytes, ours: bytes) -> bytes:
    """Returns Otter's script with `ours` for `known`, the constant called `name` here, which must occur once in it."""
    if script.count(known) != 1:
        raise CourseError(
            f"The {file} of Otter-Grader {version('otter-grader')} is another one than is known here. "
            f"Read what it does now, and change {name} in autograder/authoring/gradescope.py."
        )
    return script.replace(known, ours)
