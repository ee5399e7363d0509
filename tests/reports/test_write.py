"""The reports as written: what each page says, what it never says, and that nothing in it can act."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict
from autograder.reports import templating, words
from autograder.reports.feedback import feedback_page
from autograder.reports.write import write_reports
from autograder.submissions.identity import Identity
from autograder.submissions.people import Kind
from tests.reports import hostile
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.fast


class Page(html.parser.HTMLParser):
    """What a page is made of: its tags and attributes, the text in it, and its links."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self._silent = 0
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.words = re.sub(r" ([:;,.)])(?= |$)", r"\1", " ".join(self.text.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.text += " "
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._silent += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")
        self.text += " "

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data

    def values(self, wanted: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == wanted]


def question(
    name: str = "q7_1", passed: tuple[bool, bool] = (False, False), **changes: str
) -> QuestionResult:
    cases = (
        CaseResult(
            f"{name} - 1", passed[0], False, 1.0, "`scale` returned 255.0; expected 1.0. Divide by 255?"
        ),
        CaseResult("name of a hidden check", passed[1], True, 1.0, "Try other dtypes."),
    )
    return replace(QuestionResult(name, float(sum(passed)), 2.0, "in-place", cases), **changes)  # type: ignore[arg-type]


def submission(learner: str = "Ada", status: Verdict = Verdict.GRADED, **changes: object) -> SubmissionResult:
    made = SubmissionResult(
        learner, f"{learner}.ipynb", "77-made-up", status, "", (question(), question("q7_2", (True, True)))
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def feedback(tmp_path: Path, *results: SubmissionResult) -> Page:
    write_reports(results, tmp_path)
    (page,) = (tmp_path / "feedback").iterdir()
    return Page(page)


def report(tmp_path: Path, results: list[SubmissionResult]) -> Page:
    write_reports(results, tmp_path)
    return Page(tmp_path / "report.html")


def test_feedback_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    page = feedback(tmp_path, submission())
    assert "Exercise 77: Made up" in page.words and "2 of 4 points" in page.words
    assert "Fix this first Question 7.1 (q7_1)" in page.words
    assert "scale returned 255.0; expected 1.0. Divide by 255?" in page.words
    assert "✗ failed: hidden check 1 Hint: Try other dtypes." in page.words
    assert "✓ passed: all 2 checks, 1 of them hidden" in page.words
    assert "What to do next:" in page.words
    assert "name of a hidden check" not in page.source


def test_only_hidden_checks_failed_is_said(tmp_path: Path) -> None:
    page = feedback(tmp_path, submission(questions=(question(passed=(True, False)),)))
    assert "All checks that you can run pass; a hidden check does not." in page.words
    assert "Every check that you can run passes. A hidden check found something more:" in page.words


def test_what_can_be_run_is_fixed_before_what_is_hidden(tmp_path: Path) -> None:
    page = feedback(
        tmp_path, submission(questions=(question("q7_1", (True, False)), question("q7_2", (False, True))))
    )
    assert "Fix this first Question 7.2 (q7_2) The check said:" in page.words


def test_full_marks(tmp_path: Path) -> None:
    page = feedback(tmp_path, submission(questions=(question(passed=(True, True)),)))
    assert (
        "Full marks." in page.words and "Fix this first" not in page.words and "Read again" not in page.words
    )


def test_a_cell_that_stopped_comes_first(tmp_path: Path) -> None:
    cells = (
        CellResult(0, "ok", 0.1),
        CellResult(6, "raised", 0.1, "Traceback\n  line\nNameError: name 'imgs'"),
    )
    page = feedback(tmp_path, submission(cells=cells))
    assert "Fix this first Code cell 7 stopped with an error NameError: name 'imgs'" in page.words
    assert "The whole error message of code cell 7" in page.words
    stub = (CellResult(2, "raised", 0.1, "NotImplementedError: write scale"),)
    page = feedback(tmp_path, submission(cells=stub))
    assert "Code cell 3 uses something that is not written yet" in page.words


def test_not_checked_is_not_failed(tmp_path: Path) -> None:
    left = QuestionResult("q7_3", 0.0, 1.0, "not-checked", (), "The notebook stopped before it.")
    page = feedback(tmp_path, submission(status=Verdict.CRASHED, questions=(question(), left)))
    assert "○ not checked" in page.words and "The notebook stopped before it." in page.words


@pytest.mark.parametrize("status", list(Verdict))
def test_every_verdict_has_words_for_both_readers(tmp_path: Path, status: Verdict) -> None:
    reason = "the reason of this verdict"
    page = feedback(tmp_path, submission(status=status, reason=reason, flags=("a flag for the instructor",)))
    assert "a flag for the instructor" not in page.source
    assert (reason in page.source) == (status in words.REASON_IS_FOR_LEARNERS)
    if status is not Verdict.GRADED:
        assert words.LEARNER[status].what in page.words and words.LEARNER[status].next in page.words
    assert ("Not graded yet" in page.words) == (status is Verdict.ERROR)
    class_page = Page(tmp_path / "report.html")
    assert f"{status.value}: {words.INSTRUCTOR[status]}" in class_page.words
    assert (reason in class_page.words) == (status is not Verdict.GRADED)
    assert "a flag for the instructor" in class_page.words


def test_reasons_of_review_and_of_the_graders_failures_are_not_for_learners() -> None:
    assert not words.REASON_IS_FOR_LEARNERS & {Verdict.REVIEW, Verdict.ERROR, Verdict.GRADED}


def test_no_page_holds_anything_of_another_learner(tmp_path: Path) -> None:
    secrets = [f"secret{n:02d}" for n in range(12)]
    results = [
        submission(
            secret,
            cells=(CellResult(0, "raised", 0.1, f"{secret} Error"),),
            output=secret,
            flags=(secret,),
            questions=(question(note=f"{secret} note"),),
            environment={"code": secret},
            reason=secret,
        )
        for secret in secrets
    ]
    write_reports(results, tmp_path)
    files = [*(tmp_path / "feedback").iterdir(), *(tmp_path / "results").iterdir()]
    assert len(files) == 24
    for path in files:
        found = set(re.findall(r"secret\d\d", path.read_text(encoding="utf-8")))
        assert found == {path.stem}


def test_a_page_refuses_another_learners_submission() -> None:
    with pytest.raises(ValueError, match="one learner"):
        feedback_page("Ada", [submission("Ada"), submission("Bob")], {})


def test_strangers_without_a_name_do_not_share_a_page(tmp_path: Path) -> None:
    results = [
        submission("", submission="a.ipynb"),
        submission("", submission="b.ipynb"),
        submission(" ", submission="a.ipynb"),
        submission("a.ipynb/1", submission="c.ipynb"),
    ]
    write_reports(results, tmp_path)
    assert len(list((tmp_path / "feedback").iterdir())) == 4
    assert len(list((tmp_path / "results").iterdir())) == 4


def test_several_exercises_and_attempts_in_one_batch(tmp_path: Path) -> None:
    results = [
        submission("Ada"),
        submission("Ada", assignment="78-other"),
        submission("Bob"),
        submission("Bob", submission="second.ipynb"),
        submission("Bob", assignment="", status=Verdict.UNREADABLE),
    ]
    write_reports(results, tmp_path)
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == ["Ada.html", "Bob.html"]
    assert sorted(
        str(path.relative_to(tmp_path / "results")) for path in (tmp_path / "results").rglob("*.json")
    ) == [
        "77-made-up/Ada.json",
        "77-made-up/Bob (2).json",
        "77-made-up/Bob.json",
        "78-other/Ada.json",
        "unknown/Bob.json",
    ]
    ada = Page(tmp_path / "feedback" / "Ada.html")
    assert "Exercise 77: Made up" in ada.words and "Exercise 78: Other" in ada.words
    class_page = Page(tmp_path / "report.html")
    assert "Exercise 77: Made up" in class_page.words and "Exercise 78: Other" in class_page.words
    # A file of which nobody knows the exercise is listed, and has no exercise of its own.
    assert "1 × unreadable" in class_page.words and "unknown exercise" not in class_page.words.lower()
    assert len(set(class_page.values("id"))) == len(class_page.values("id"))
    assert len(set(ada.values("id"))) == len(ada.values("id"))


TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "a",
    "ul",
    "li",
    "nav",
    "section",
    "article",
    "div",
    "span",
    "strong",
    "small",
    "code",
    "pre",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "svg",
    "line",
    "rect",
    "text",
    "bdi",
    "br",
    "cite",
    "footer",
}
CHOOSING = {"script", "form", "label", "input", "select", "option", "textarea", "button"}
"""What only the instructor's pages have: our own script, and what it reads."""

ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "class",
    "id",
    "href",
    "scope",
    "role",
    "tabindex",
    "aria-label",
    "aria-labelledby",
    "aria-hidden",
    "open",
    "viewbox",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "width",
    "height",
    "preserveaspectratio",
}
OF_CHOOSING = {"type", "value", "hidden", "placeholder", "autocomplete", "spellcheck", "title", "for", "data-anchor",
               "data-by", "data-verdict", "data-marks", "data-says", "data-value", "data-question", "data-kind",
               "data-about", "data-desk", "data-options", "data-whom", "data-most", "inputmode", "rows"}


OUR_FILES = (r"#[\w=.-]+|grades\.csv|(\.\./)+report\.html"
             r"|((\.\./)*(feedback|instructor-only)/)?[\w.%~@+-]+\.html(#[\w.-]+)?")


def check_harmless(page: Page) -> None:
    """Only known tags and attributes, links only to this page's own and to our own files, nothing loaded or run.

    But for our own script in the class report, which the policy names by its hash, as it does the style.
    """
    chooses = "script" in page.tags
    assert set(page.tags) <= TAGS | (CHOOSING if chooses else set())
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES | (OF_CHOOSING if chooses else set())
    for link in page.values("href"):
        assert re.fullmatch(OUR_FILES, link), link
        assert not link.startswith("#") or link[1:] in page.values("id"), f"{link} leads nowhere"
    policy = page.values("content")[1]
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page.source)
    style = page.source.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style
    assert page.source.count("</style>") == page.source.count("</title>") == 1
    assert page.source.count("<script") == page.source.count("</script>") == int(chooses)
    assert page.source.count("<script>alert(1)</script>") == 0
    for kind in ["style", *["script"] * chooses]:
        own = page.source.split(f"<{kind}>")[1].split(f"</{kind}>")[0]
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()}'" in policy
    if chooses:
        own = page.source.split("<script>")[1].split("</script>")[0]
        ours = Path(templating.__file__).parent.glob("templates/*.js")
        assert own in {path.read_text(encoding="utf-8") for path in ours}


def test_hostile_names_and_messages_stay_text(tmp_path: Path) -> None:
    results = hostile.attackers()
    write_reports(results, tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2 * len(results) + 4 + 1  # the account of whose each page is
    assert {path.parent for path in files} == {tmp_path, tmp_path / "feedback", tmp_path / "results"}
    for path in files:
        if path.suffix == ".html":
            check_harmless(Page(path))
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    class_page = Page(tmp_path / "report.html")
    assert "<script>alert(1)</script>" in class_page.text, "shown as the text that it is"
    assert "{{ 7 * 7 }}" in class_page.text, "nothing in a name is a template"
    assert class_page.words.count("(no name)") >= 4, "also where there is nothing to see, there is a link"
    assert len(class_page.source) < 400_000


def test_links_of_the_class_report_lead_to_pages(tmp_path: Path) -> None:
    for results in (made_up_class(60), hostile.attackers()):
        page = report(tmp_path, results)
        links = {unquote(link) for link in page.values("href") if link.startswith("feedback/")}
        assert len(links) == len(results)
        assert all((tmp_path / link).is_file() for link in links)


def test_class_report_golden(tmp_path: Path) -> None:
    results = [
        submission(f"L{n:02d}", questions=(question(passed=(n > 3, n > 7)),), seconds=float(n))
        for n in range(12)
    ]
    results.append(
        submission("fail", Verdict.ERROR, reason="no space left on device", questions=(question(),))
    )
    page = report(tmp_path, results)
    assert "Median 1 of 2" in page.words and "Mean 1" in page.words and "Full marks 4 of 12" in page.words
    assert "Not graded 1" in page.words
    assert "1 × error: the grader's own failure" in page.words and "no space left on device" in page.words
    assert "Most points were lost in q7_1 (mean 50%)." in page.words
    # The failed one has checks too, but they say nothing about the class.
    assert re.search(r"8 62% q7_1 hidden check Try other dtypes\.", page.words)
    assert re.search(r"4 31% q7_1 public check scale returned 255\.0", page.words)
    chart = next(value for tag, name, value in page.attributes if tag == "svg" and name == "aria-label")
    assert chart.startswith("Bar chart of 12 scores") and "full marks" in chart


def test_messages_apart_in_numbers_count_together(tmp_path: Path) -> None:
    def got(value: str) -> QuestionResult:
        return QuestionResult(
            "q7_1", 0.0, 1.0, "in-place", (CaseResult("a", False, False, 1.0, f"got {value}"),)
        )

    results = [
        submission(name, questions=(got(value),))
        for name, value in [("a", "1.5"), ("b", "1.5"), ("c", "2e-07"), ("d", "nan")]
    ]
    page = report(tmp_path, results)
    assert re.search(r"3 75% q7_1 public check got 1\.5 \(2 different sets of numbers\)", page.words)
    assert re.search(r"1 25% q7_1 public check got nan", page.words)


def test_no_isolation_is_said_loudly_and_only_then(tmp_path: Path) -> None:
    confined = report(tmp_path, [submission("Ada"), submission("Bob", sandbox="no-namespaces")])
    assert "without any isolation" not in confined.words and "Second level of isolation" in confined.words
    page = report(tmp_path, [submission("Ada"), submission("Bob", sandbox="none")])
    assert page.words.startswith("No isolation! Class report")
    assert "Warning: run without isolation 1 of 2 submissions ran without any isolation." in page.words
    assert page.words.index("Warning") < page.words.index("What needs you")


def test_a_learner_reads_that_the_notebook_ran_without_the_sandbox(tmp_path: Path) -> None:
    said = "Run without the sandbox: this time your notebook ran on the grading computer like any other program there"
    assert said in feedback(tmp_path / "without", submission(sandbox="none")).words
    for level in ("full", "no-namespaces"):
        assert "sandbox" not in feedback(tmp_path / level, submission(sandbox=level)).words
    both = feedback(tmp_path / "both", submission(), submission(assignment="78-other", sandbox="none")).words
    assert both.count(said) == 1 and both.index(said) > both.rindex("Exercise 78: Other")


def test_the_table_of_grades_says_what_ran_without_the_sandbox(tmp_path: Path) -> None:
    for level in ("full", "no-namespaces", "none"):
        write_reports([submission("Ada", sandbox=level), submission("Bob")], tmp_path / level)
    tables = {level: (tmp_path / level / "grades.csv").read_text() for level in ("full", "no-namespaces", "none")}
    assert tables["full"] == tables["no-namespaces"] and "sandbox" not in tables["full"]
    head, ada, bob = tables["none"].splitlines()
    assert (head.endswith(",sandbox"), ada.endswith(",none"), bob.endswith(",")) == (True, True, True)
    assert [line.rpartition(",")[0] for line in (head, ada, bob)] == tables["full"].splitlines()


def test_identical_code_is_marked_where_it_can_be_seen(tmp_path: Path) -> None:
    same = [
        submission(name, environment={"code": code})
        for name, code in [("Ada", "x"), ("Bob", "x"), ("Cem", "y"), ("Cem", "y")]
    ]
    page = report(tmp_path, same)
    assert "Same code, character for character" in page.words
    assert re.search(r"1 group Ada, Bob \(2, 2 of 4\)", page.words)
    assert page.words.index("Median 2 of 4") < page.words.index("Same code, character")
    assert "is not known" in report(tmp_path, [submission()]).words


def test_same_code_that_few_share_and_that_is_long_comes_first_and_teams_are_left_out(tmp_path: Path) -> None:
    def sharing(code: str, size: int, *names: str, **changes: object) -> list[SubmissionResult]:
        return [submission(name, environment={"code": code, "code_size": str(size)}, **changes) for name in names]

    empty = (question(passed=(False, False)),)
    team = Identity(ids={Kind.GROUP: ["Team 5"]})
    page = report(tmp_path, [
        *sharing("many", 9000, "Ada", "Ben", "Cem"), *sharing("short", 200, "Dot", "Eva"),
        *sharing("long", 4000, "Fay", "Gus"), *sharing("untouched", 5000, "Hal", "Ida", questions=empty),
        *sharing("team", 9999, "Jan", "Kim", identity=team)])
    section = page.words.split("Same code, character")[1].split(" Time ")[0]
    order = list(re.findall(r"[A-Z][a-z]{2}\b", section.split("4 groups")[1]))
    assert order == ["Fay", "Gus", "Dot", "Eva", "Ada", "Ben", "Cem", "Hal", "Ida"]
    assert "4,000 characters of code" in section and "Jan" not in section


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    assert "✓ Nothing." in report(tmp_path, [submission(questions=(question(passed=(True, True)),))]).words


def test_an_empty_batch(tmp_path: Path) -> None:
    page = report(tmp_path, [])
    assert "0 submissions by 0 learners" in page.words
    check_harmless(page)


def test_same_results_same_bytes_also_after_json(tmp_path: Path) -> None:
    results = made_up_class(40)
    again = [
        SubmissionResult.from_json(json.loads(json.dumps(result.to_json()))) for result in reversed(results)
    ]
    write_reports(results, tmp_path / "a")
    write_reports(again, tmp_path / "b")
    first, second = (
        {
            path.relative_to(tmp_path / side): path.read_bytes()
            for path in (tmp_path / side).rglob("*")
            if path.is_file()
        }
        for side in "ab"
    )
    assert first == second


def test_a_book_that_learners_can_reach_is_linked(tmp_path: Path) -> None:
    write_reports(
        [submission(assignment="02-preprocessing")], tmp_path, book="https://book.example/index.html"
    )
    (page,) = (tmp_path / "feedback").iterdir()
    linked = "https://book.example/index.html" in Page(page).values("href")
    assert linked == bool(words.facts("02-preprocessing").chapter)


def test_three_hundred_learners_in_seconds(tmp_path: Path) -> None:
    results = made_up_class(300)
    began = time.process_time()
    page = report(tmp_path, results)
    assert time.process_time() - began < 10
    assert len(page.source.encode()) < 1_000_000
    assert "300 submissions by 300 learners" in page.words
    check_harmless(page)


def test_facts_of_an_exercise_that_is_not_built() -> None:
    assert words.facts("77-made-up") == words.ExerciseFacts("Exercise 77: Made up")
    assert words.facts("../../etc/passwd").title == "../../etc/passwd"
    assert words.facts("").title == "unknown exercise"
    assert words.question_label("q2_13") == "Question 2.13" and words.question_label("extra") == "extra"


def test_the_chapter_to_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = words.ExerciseFacts("Exercise 77: Made up", "chapter 3, Normalization", 4.0, ("q7_1",))
    monkeypatch.setattr(words, "facts", lambda name: known)
    assert "Read again In the book: chapter 3, Normalization." in feedback(tmp_path, submission()).words


def test_chapters_by_number_and_heading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words.course, "BOOK", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "03-x.md").write_text(
        "---\nfile: format\n---\n#tag\n\n# Normalization\n\n# Not this\n"
    )
    assert words._chapter_title("data/03-x") == "chapter 3, Normalization"
    assert words._chapter_title("data/04-dense-layers") == "chapter 4, Dense layers"
    assert words._chapter_title("index") == "Index" and words._chapter_title("") == ""


def test_a_public_check_keeps_its_own_name(tmp_path: Path) -> None:
    cases = tuple(
        CaseResult(name, False, hidden, 1.0, "m")
        for name, hidden in [("scale_small_example", False), ("q7_1 - 2", False), ("secret_idea", True)]
    )
    page = feedback(tmp_path, submission(questions=(QuestionResult("q7_1", 0.0, 3.0, "in-place", cases),)))
    assert "✗ failed: check 1 (scale small example), check 2 m ✗ failed: hidden check 1 Hint: m" in page.words
    assert "secret" not in page.source


def test_a_pending_check_is_nothing_to_mend_and_a_passed_one_says_what_its_author_wrote(tmp_path: Path) -> None:
    cases = (CaseResult("", False, False, 1.0, "Nobody knows.", pending=True),
             CaseResult("", True, True, 1.0, "Well read."))
    asked = QuestionResult("q7_1", 1.0, 2.0, "in-place", cases)
    page = feedback(tmp_path, submission(status=Verdict.REVIEW, questions=(asked,)))
    assert "○ pending: check 1 Nobody knows." in page.words and "hidden check 1 says: Well read." in page.words
    assert "○ pending 1 of 2" in page.words and "Fix this first" not in page.words and "failed:" not in page.words
    wrong = replace(asked, cases=(*cases, CaseResult("", False, True, 1.0, "Try zero.")))
    page = feedback(tmp_path, submission(status=Verdict.REVIEW, questions=(wrong,)))
    first = page.words.split("Go to the details")[0]
    assert "Try zero." in first and "Nobody knows." not in first


def test_checks_that_say_the_same_say_it_once(tmp_path: Path) -> None:
    cases = tuple(
        CaseResult("", False, hidden, 1.0, message)
        for hidden, message in [
            (False, "no scale"),
            (True, "no scale"),
            (False, "other"),
            (False, "no scale"),
        ]
    )
    page = feedback(tmp_path, submission(questions=(QuestionResult("q7_1", 0.0, 4.0, "in-place", cases),)))
    after = page.words.split("Question 7.1: 0 of 4 points")[1]
    assert "failed: check 1, check 3 no scale" in after and "failed: check 2 other" in after
    assert "failed: hidden check 1 Hint: no scale" in after and after.count("no scale") == 2


def test_a_stopped_loop_shows_where_it_was_not_how_it_was_stopped(tmp_path: Path) -> None:
    error = "cell 5, line 1\n    while True:\nKeyboardInterrupt\n"
    cells = (CellResult(4, "timeout", 36.0, error),)
    page = feedback(tmp_path, submission(status=Verdict.TIMEOUT, cells=cells))
    first = page.words.split("Go to the details")[0]
    assert "Code cell 5 ran longer than the time allowed cell 5, line 1 while True:" in first
    assert "KeyboardInterrupt" not in first


def test_nothing_is_said_of_questions_that_nobody_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "facts", lambda name: words.ExerciseFacts("Exercise 77", "chapter 3, Normalization"))
    left = QuestionResult("q7_1", 0.0, 2.0, "not-checked", (), "The file is no notebook.")
    page = feedback(tmp_path, submission(status=Verdict.UNREADABLE, questions=(left,)))
    assert "Question 7.1" not in page.words and "Read again" not in page.words
    assert "0 of 2 points" in page.words


def test_sums_of_thirds_are_full_marks(tmp_path: Path) -> None:
    third = QuestionResult("q7_1", 0.1 + 0.2, 0.3, "in-place", ())
    almost = QuestionResult("q7_2", 0.3, 0.1 + 0.2, "in-place", ())
    nothing = QuestionResult("q7_3", 0.0, 0.0, "in-place", ())
    page = feedback(tmp_path, submission(questions=(third, almost, nothing)))
    assert "Full marks." in page.words and page.words.count("✓ complete") == 3
    class_page = Page(tmp_path / "report.html")
    assert "Full marks 1 of 1" in class_page.words and "q7_3 nobody" in class_page.words


def test_one_mistake_seen_by_public_and_hidden_checks_is_one_line(tmp_path: Path) -> None:
    cases = (CaseResult("", False, True, 1.0, "no scale"), CaseResult("", False, False, 1.0, "no scale"))
    results = [
        submission(name, questions=(QuestionResult("q7_1", 0.0, 2.0, "in-place", cases),)) for name in "ab"
    ]
    page = report(tmp_path, results)
    assert "2 100% q7_1 public and hidden check no scale" in page.words and page.words.count("no scale") == 1


def test_nothing_of_nothing_is_no_full_marks(tmp_path: Path) -> None:
    page = feedback(tmp_path, submission(status=Verdict.UNREADABLE, questions=()))
    assert "0 points" in page.words and "of 0" not in page.words
    assert "Full marks 0 of 1" in Page(tmp_path / "report.html").words


def test_errors_of_cells_are_counted(tmp_path: Path) -> None:
    def with_error(name: str, error: str, how: str = "raised", **changes: object) -> SubmissionResult:
        return submission(name, cells=(CellResult(0, how, 0.1, error),), **changes)

    trace = "Traceback\n  code\nNameError: name 'x'\n"
    loop = "cell 5, line 1\n    while True:\nKeyboardInterrupt\n"
    results = [with_error("a", trace), with_error("b", trace), with_error("c", loop, "timeout"),
               with_error("d", "of the grader", status=Verdict.ERROR)]  # fmt: skip
    page = report(tmp_path, [result for result in results if result.status is not Verdict.ERROR])
    assert "Errors that stopped cells" in page.words
    assert "2 67% NameError: name 'x'" in page.words and "1 33% cell 5, line 1 while True:" in page.words
    assert "of the grader" not in report(tmp_path, results).words
