"""In the page: stands for Otter-Grader, which needs more packages than a page should load. Runs public checks, no more.

`digits.checks` asks Otter for a notebook and for the checks of a question, and the files of the checks ask it for
`test_case`. Both are here, with Otter's names and with Otter's messages, letter by letter: a test holds this package to
Otter itself. It grades nothing and exports nothing; a notebook is graded by the grader, elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from otter.test_files import ExceptionTestFile


class Notebook:
    """The checks of one notebook."""

    _grading_mode = False

    def __init__(self, nb_path: str | None = None, *, tests_dir: str = "./tests") -> None:
        """`tests_dir` is the folder with a file for each question; `nb_path`, the notebook, is not looked at."""
        self._tests = Path(tests_dir)

    def check(self, question: str, global_env: dict[str, Any]) -> ExceptionTestFile:
        """Runs the checks of `question` on the notebook's variables.

        Raises:
            FileNotFoundError: there is no such question.
        """
        path = self._tests / f"{question}.py"
        if not path.is_file():
            raise FileNotFoundError(f"Test {question} does not exist")
        file = ExceptionTestFile.from_file(path)
        file.run(global_env)
        return file
