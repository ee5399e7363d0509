"""The attacks of which nothing is expected but that they harm nobody are notebooks; `make verify` runs them.

And what runs them finds whoever harms a neighbor, of several that are at work at the same moment.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.casefiles import apply, write_notebook
from autograder.course import assignment
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.submissions.read import Submission
from tests.corpora import neighbors

pytestmark = pytest.mark.fast

FILES = sorted(neighbors.BESIDE.glob("*.py"))


def test_there_are_such_attacks() -> None:
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_makes_a_notebook(path: Path, tmp_path: Path) -> None:
    edit = neighbors.read_beside(path)
    assert edit.replace or edit.insert
    assert write_notebook(apply(edit, assignment(neighbors.EXERCISE)), tmp_path / "case.ipynb").is_file()
    assert not (neighbors.ATTACKS / path.stem).exists(), "one name, one case"


def test_a_section_that_is_misspelled_is_named(tmp_path: Path) -> None:
    case = tmp_path / "case.py"
    case.write_text("# why\n# %% replace q2_1\nx = 1\n# %% insertion before q2_2\ny = 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="insertion before q2_2"):
        neighbors.read_beside(case)


def test_cells_and_lines_are_counted_out(tmp_path: Path) -> None:
    case = tmp_path / "case.py"
    case.write_text("# why\n# %% insert before q2_2 times 3\nkeep({K})\nif x == {V}: stop()\n", encoding="utf-8")
    edit = neighbors.read_beside(case)
    assert [item.code.splitlines()[0] for item in edit.insert] == ["keep(0)", "keep(1)", "keep(2)"]
    assert edit.insert[0].code.splitlines()[-1] == "if x == 255: stop()"


# --- who harmed a neighbor, told by a stand-in for the grader -------------------------------------------------

NEIGHBORS = {name: Submission(name, f"{name}.ipynb") for name in ("quick", "slow")}
USUAL = {"quick": 1.0, "slow": 5.0}


class Grader:
    """Grades nothing. An attack is at work until each neighbor has had a whole round beside it.

    harm: the attacks that must all be at work for a neighbor to be harmed.
    late: by so many seconds, and keeps its points; 0: it loses points.
    times: how often that happens at most.
    breaks: attacks on which the grader itself fails.
    tried: the attacks that are tried together just now.
    """

    def __init__(self, harm: Collection[str] = (), late: float = 0, times: int = 1000,
                 breaks: Collection[str] = ()) -> None:
        self.harm, self.late, self.times, self.breaks = set(harm), late, times, breaks
        self.tried: set[str] = set()
        self.at_work: dict[str, set[str]] = {}
        self.changed = threading.Condition()

    def __call__(self, submission: Submission) -> SubmissionResult:
        name = submission.learner
        status, score, seconds = Verdict.GRADED, 1.0, USUAL.get(name, 0.0)
        with self.changed:
            if name in NEIGHBORS:
                beside = dict(self.at_work)  # a round that began before an attack begins anew says nothing about it
                self.changed.wait(0.001)  # lets the others begin and end
                if self.harm and self.harm <= beside.keys() and self.times:
                    self.times -= 1
                    score, seconds = (1.0, seconds + self.late) if self.late else (0.0, seconds)
                for missing in beside.values():
                    missing.discard(name)
                self.changed.notify_all()
            else:
                self.at_work[name] = set(NEIGHBORS)
                self.changed.notify_all()
                if self.harm & {name} and self.harm <= self.tried:  # together they harm, so they wait for each other
                    assert self.changed.wait_for(lambda: self.harm <= set(self.at_work), 20)
                    self.at_work[name] = set(NEIGHBORS)
                assert self.changed.wait_for(lambda: not self.at_work[name], 20)
                del self.at_work[name]
                status = Verdict.ERROR if name in self.breaks else status
        question = QuestionResult("q1", score, 1.0, "in-place")
        return SubmissionResult(name, submission.name, "90-tiny", status, "", (question,), seconds=seconds)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbors, "REST", 0.001)


def told(grader: Grader, names: str = "abcdefgh") -> list[str]:
    attacks = {name: [Submission(name, f"{name}.ipynb")] for name in names}
    together = neighbors.side_by_side

    def watched(tried: Mapping[str, Sequence[Submission]], *others: Any) -> Any:
        grader.tried = set(tried)
        return together(tried, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors, "side_by_side", watched)
        return neighbors.problems(attacks, NEIGHBORS, grader, USUAL, lambda line: None)


def test_where_nobody_is_harmed_there_is_no_problem() -> None:
    assert told(Grader()) == []


def test_of_several_attacks_the_one_that_harms_is_named() -> None:
    found = told(Grader({"c"}))
    assert found and {line.partition(":")[0] for line in found} == {"c"}
    assert any("slow: graded, 0 of 1" in line for line in found)


def test_two_that_harm_only_together_are_named_together() -> None:
    found = told(Grader({"a", "b"}))
    assert found and all(" together: " in line and {"a", "b"} <= set(line.partition(" together")[0].split(", "))
                         for line in found)


@pytest.mark.parametrize(("times", "problem"), [(1, False), (1000, True)])
def test_a_neighbor_that_is_late_once_may_have_met_another_program(times: int, problem: bool) -> None:
    assert bool(told(Grader({"c"}, late=60, times=times))) is problem
    assert told(Grader({"c"}, late=3)) == [], "a little later is nothing"


def test_an_attack_on_which_the_grader_fails_is_named() -> None:
    assert set(told(Grader(breaks={"e"}))) == {"e: the grader failed on it: "}


def test_like_attacks_are_tried_apart() -> None:
    names = [f"{number:03}" for number in range(200)]
    order = neighbors.spread(names)
    assert sorted(order) == names
    assert all(abs(order.index(one) - order.index(other)) > neighbors.TOGETHER
               for one, other in pairwise(names))


def test_an_attack_that_begins_in_the_middle_of_a_round_is_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbors, "TOGETHER", 1)
    in_a_round, second = threading.Event(), threading.Event()

    def grade(submission: Submission) -> SubmissionResult:
        if submission.learner == "first":
            assert in_a_round.wait(20)
        elif submission.learner == "second":
            second.set()
        else:
            in_a_round.set()
            assert second.wait(20)
        return SubmissionResult(submission.learner, submission.name, "90-tiny", Verdict.GRADED, "", ())

    attacks = {name: [Submission(name, f"{name}.ipynb")] for name in ("first", "second")}
    rounds, _ = neighbors.side_by_side(attacks, {"quick": NEIGHBORS["quick"]}, grade)
    assert "second" in rounds[0].beside
