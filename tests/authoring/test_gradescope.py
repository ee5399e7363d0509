"""Gradescope's zip, used as Gradescope uses it: unpacked, set up, and run on what a learner handed in.

Only what would fetch and install packages is played by small programs. `setup.sh`, `run_autograder`, `run_otter.py`
and Otter are the real ones, in the folders that Gradescope makes (its "Autograder Specifications", section "File
hierarchy"), which lie in a folder of the test instead of at the root of the disk.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from rich.console import Console

from autograder import course
from autograder.authoring import gradescope
from autograder.authoring.casefiles import load_notebook, to_text
from autograder.course import METADATA_KEY, CourseError
from autograder.grading.batch import grade_paths

EXERCISE = "02-preprocessing"

MAMBA = """\
#!/bin/bash
echo "mamba $*" >> "$CALLS"
if [ "$1 $2" = "shell hook" ]; then
    echo 'mamba() { [ "$*" = "activate otter-env" ] && export PATH="{python}:$PATH"; }'
fi
"""
INSTALLER = """\
#!/bin/bash
echo "installer $*" >> "$CALLS"
mkdir -p "{root}/root/miniforge3/bin" && cp "{root}/stand-ins/mamba" "{root}/root/miniforge3/bin"
"""
PROGRAMS = {
    "mamba": MAMBA,
    "installer": INSTALLER,
    "apt-get": '#!/bin/bash\necho "apt-get $*" >> "$CALLS"\n',
    "wget": '#!/bin/bash\necho "wget $*" >> "$CALLS"\ncp "{root}/stand-ins/installer" "${@: -1}"\n',
    "jq": "#!/bin/bash\nexit 1\n",  # as it answers to a configuration that asks for no PDF
}


@dataclass(frozen=True)
class Image:
    """What Gradescope makes of the zip, below `root`; and what came of each notebook that was graded in it."""

    root: Path
    graded: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def calls(self) -> list[str]:
        """What was asked of the programs that install."""
        return (self.root / "calls").read_text().splitlines()

    def run(self, *command: str) -> None:
        path = os.pathsep.join((str(self.root / "stand-ins"), "/usr/local/bin", "/usr/bin", "/bin"))
        done = subprocess.run(
            command, cwd=self.root / "autograder", stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=300, env=course.quiet_environment() | {"PATH": path, "CALLS": str(self.root / "calls")})
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"

    def results(self, notebook: str) -> dict[str, Any]:
        """The results of this notebook; it is graded once, whichever test asks for it.

        It is handed in with files of the course that are not the course's: they must be replaced, or nothing works.
        """
        if notebook not in self.graded:
            self.graded[notebook] = self.grade(
                {"anything.ipynb": notebook, "digits.py": "raise SystemExit", "mnist.npz": "mine"})
        return self.graded[notebook]

    def grade(self, handed_in: dict[str, str]) -> dict[str, Any]:
        """The results of one submission, in a container of its own."""
        for folder in ("submission", "results"):
            shutil.rmtree(self.root / "autograder" / folder, ignore_errors=True)
            (self.root / "autograder" / folder).mkdir()
        for name, text in handed_in.items():
            (self.root / "autograder" / "submission" / name).write_text(text, encoding="utf-8")
        self.run(str(self.root / "autograder" / "run_autograder"))
        results = json.loads((self.root / "autograder" / "results" / "results.json").read_text(encoding="utf-8"))
        assert isinstance(results, dict)
        return results


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The zip, unpacked and set up."""
    root = tmp_path_factory.mktemp("gradescope")
    source = root / "autograder" / "source"
    (root / "stand-ins").mkdir()
    for name, text in PROGRAMS.items():
        program = root / "stand-ins" / name
        program.write_text(text.replace("{root}", str(root)).replace("{python}", str(Path(sys.executable).parent)))
        program.chmod(0o755)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", course.assignment(EXERCISE).gradescope, source], check=True)
    for name in ("setup.sh", "run_autograder", "run_otter.py"):
        text = (source / name).read_text(encoding="utf-8")
        (source / name).write_text(re.sub(r"(?<![\w./])/(autograder|root)\b", rf"{root}/\1", text), encoding="utf-8")
    (root / "root").mkdir()
    shutil.copy(source / "run_autograder", root / "autograder")
    (root / "autograder" / "run_autograder").chmod(0o755)
    made = Image(root)
    made.run("bash", str(source / "setup.sh"))
    return made


def half_solved() -> str:
    """Every second answer, the first one wrong where only hidden checks look, and a cell that raises."""
    exercise = course.assignment(EXERCISE)
    solved, untouched = load_notebook(exercise.solution), load_notebook(exercise.learner)
    answers = [i for i, cell in enumerate(solved["cells"]) if "answer" in cell["metadata"].get(METADATA_KEY, {})]
    for i in answers[1::2]:
        solved["cells"][i] = untouched["cells"][i]
    first = solved["cells"][answers[0]]
    first["source"] = "def flatten(images):\n    if len(images) > 100:\n        images = images[::-1]\n" \
                      "    return images.reshape(len(images), images.shape[1] * images.shape[2])"
    raising = {**first, "id": "raises", "metadata": {}, "source": "1 / 0"}
    solved["cells"].insert(answers[0], raising)
    return to_text(solved)


@pytest.mark.slow
def test_it_is_set_up_with_what_the_course_needs_and_no_more(image: Image) -> None:
    installed = [call for call in image.calls if not call.startswith("apt-get")]
    environment = f"-f {image.root}/autograder/source/environment.yml"
    assert [call for call in installed if "installer" in call or "env create" in call] == [
        "installer -b", f"mamba env create {environment}"]
    assert not any("playwright" in call or "texlive" in call for call in image.calls), "there are no PDFs to be made"
    described = yaml.safe_load((image.root / "autograder" / "source" / "environment.yml").read_text())
    (pip,) = (entry["pip"] for entry in described["dependencies"] if isinstance(entry, dict))
    for requirement in map(Requirement, pip):
        if not requirement.marker or requirement.marker.evaluate():
            assert importlib.metadata.version(requirement.name) in requirement.specifier, requirement


@pytest.mark.slow
def test_it_gives_the_scores_that_grade_gives_whatever_files_of_the_course_come_along(
        image: Image, tmp_path: Path) -> None:
    exercise = course.assignment(EXERCISE)
    handed_in = {"solved": exercise.solution.read_text("utf-8"), "half": half_solved(),
                 "untouched": exercise.learner.read_text("utf-8")}
    for learner, text in handed_in.items():
        (tmp_path / "class" / learner).mkdir(parents=True)
        (tmp_path / "class" / learner / f"{EXERCISE}.ipynb").write_text(text, encoding="utf-8")
    graded = grade_paths([tmp_path / "class"], output=tmp_path / "grades", console=Console(quiet=True),
                         timeout=60).results
    ours = {result.learner: {question.name: question.score for question in result.questions} for result in graded}
    for learner, text in handed_in.items():
        results = image.results(text)
        theirs = {test["name"]: test["score"] for test in results["tests"] if "score" in test}
        assert theirs == pytest.approx(ours[learner], abs=1e-5), learner
        assert {test["name"]: test["max_score"] for test in results["tests"] if "score" in test} == {
            question.name: question.points for question in exercise.questions}
    assert sum(ours["solved"].values()) == exercise.possible
    assert 0 < sum(ours["half"].values()) < exercise.possible
    assert sum(ours["untouched"].values()) == 0


@pytest.mark.slow
def test_learners_read_public_checks_at_once_and_hints_once_grades_are_published(image: Image) -> None:
    """And no line of a check, as Otter would show it: in a hidden one it may hold the answer."""
    results = image.results(half_solved())
    shown = {test["name"]: test["visibility"] for test in results["tests"]}
    questions = {question.name for question in course.assignment(EXERCISE).questions}
    assert shown == {"Public Tests": "visible", **dict.fromkeys(questions, "after_published")}
    assert "stdout_visibility" not in results or results["stdout_visibility"] == "hidden"
    told = {test["name"]: test["output"] for test in results["tests"]}
    assert "q2_1 results: All test cases passed!" in told["Public Tests"]
    assert "`flatten` must read images of any size row by row" in told["q2_1"]
    hidden = re.split(r"@test_case\(points=None, hidden=True\)\n",
                      (image.root / "autograder" / "source" / "tests" / "q2_1.py").read_text())[1:]
    lines = {line.strip() for case in hidden for line in case.splitlines() if len(line.strip()) > 20}
    given_away = [line for line in lines if line in told["q2_1"] and not line.startswith('"')]
    assert not given_away
    assert not any("Error at line" in text or "AssertionError" in text for text in told.values())


@pytest.mark.fast
def test_another_script_of_otter_is_noticed() -> None:
    with pytest.raises(CourseError, match=r"setup\.sh of Otter-Grader .*gradescope\.py"):
        gradescope.without_browser(b"#!/usr/bin/env bash\nset -e\n")
    with pytest.raises(CourseError, match=r"run_otter\.py of Otter-Grader .*gradescope\.py"):
        gradescope.showing_messages_alone(b"from otter.run.run_autograder import main\n\nmain()\n")
