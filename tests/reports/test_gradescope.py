"""Result files in Gradescope's format: valid, exact, and silent about what is hidden."""

from __future__ import annotations

import json

import pytest

from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict
from autograder.reports.gradescope import results_json
from tests.reports import hostile
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.fast

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
TOP = {
    "score",
    "output",
    "output_format",
    "test_output_format",
    "test_name_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
    "leaderboard",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}


def one() -> SubmissionResult:
    cases = (
        CaseResult("q1_1 - 1", True, False, 0.5, ""),
        CaseResult("secret: all zeros", False, True, 0.5, "Try an empty array."),
        CaseResult("q1_1 - 3", False, False, 1.0, "Expected 1.0, got 255.0."),
    )
    return SubmissionResult(
        "Ada",
        "ada.ipynb",
        "77-made-up",
        Verdict.REVIEW,
        "for the instructor only",
        (
            QuestionResult("q1_1", 0.5, 2.0, "in-place", cases),
            QuestionResult("q1_2", 0.0, 1.0, "not-checked", (), "stopped"),
        ),
        (CellResult(4, "raised", 0.1, "ValueError: no"),),
        2.5,
        "full",
        "printed",
        ("looks odd",),
        {"seed": "0"},
    )


def test_golden() -> None:
    data = results_json(one())
    assert data["score"] == 0.5 and "execution_time" not in data
    assert [
        (
            t["number"],
            t["name"],
            t.get("score"),
            t.get("max_score"),
            t.get("status"),
            t["visibility"],
            t["output"],
        )
        for t in data["tests"]
    ] == [
        ("1", "q1_1", 0.5, 2.0, None, "after_published", ""),
        ("1.1", "q1_1: check 1", None, None, "passed", "visible", ""),
        ("1.2", "q1_1: check 2", None, None, "failed", "visible", "Expected 1.0, got 255.0."),
        ("1.3", "q1_1: hidden check 1", None, None, "failed", "after_published", "Try an empty array."),
        ("2", "q1_2", 0.0, 1.0, None, "after_published", "stopped"),
    ]
    assert "Code cell 5:\nValueError: no" in data["output"]


def test_nothing_of_the_instructors_and_no_name_of_a_hidden_check() -> None:
    content = json.dumps(results_json(one()))
    for secret in ("secret", "for the instructor only", "looks odd"):
        assert secret not in content


def test_the_graders_own_failure_has_no_score() -> None:
    failed = SubmissionResult(
        "Ada", "a.ipynb", "77-made-up", Verdict.ERROR, "/some/path: full", one().questions
    )
    data = results_json(failed)
    assert "score" not in data and not any("score" in test for test in data["tests"])
    assert "not your fault" in data["tests"][0]["output"] and "/some/path" not in json.dumps(data)


@pytest.mark.parametrize("results", [made_up_class(60), hostile.attackers()], ids=["class", "hostile"])
def test_every_file_keeps_to_the_format(results: list[SubmissionResult]) -> None:
    for result in results:
        data = json.loads(json.dumps(results_json(result), ensure_ascii=False).encode("utf-8"))
        assert set(data) <= TOP
        for test in data["tests"]:
            assert set(test) <= TEST and test["visibility"] in VISIBILITY
            assert test.get("status", "passed") in ("passed", "failed")
            assert "\x1b" not in test["output"] and "\0" not in test["name"]
        if result.status is not Verdict.ERROR:
            assert data["score"] == pytest.approx(sum(test.get("score", 0) for test in data["tests"]))
        hidden = [
            test for test in data["tests"] if "hidden" in test["name"].lower() and "check" in test["name"]
        ]
        assert all(test["visibility"] == "after_published" for test in hidden)
