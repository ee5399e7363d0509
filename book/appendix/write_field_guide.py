"""Writes the entries of appendix A from the corpus of mistakes and what was measured of them.

    .venv/bin/python book/appendix/write_field_guide.py

In `a-field-guide.md` everything between `% begin SECTION` and `% end SECTION` is made here: a table of what
one sees, with links, and an entry for each mistake. The rest of the page is written by hand. A test notices
when the page is not what the corpus (`experiments/mistakes.yaml`) and the results of
`experiments/field_guide.py` make of it.
"""

from __future__ import annotations

import difflib
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

BOOK = Path(__file__).resolve().parents[1]
PAGE = BOOK / "appendix" / "a-field-guide.md"
sys.path.insert(0, str(BOOK))

from experiments import results  # noqa: E402

CORPUS = yaml.safe_load((BOOK / "experiments" / "mistakes.yaml").read_text(encoding="utf-8"))
WIDTH = 110


def measured() -> dict[str, dict[str, Any]]:
    """What was measured of each mistake, and of the right program under the name `right`."""
    return {run["setting"]["name"]: run["result"] for run in results("field_guide")}


# --- Numbers as text ---------------------------------------------------------------------------------------

def percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"


def loss(value: float | None) -> str:
    """A loss with as many digits as say something; None is one that overflowed."""
    if value is None:
        return "nan"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def numbers(got: dict[str, Any]) -> dict[str, str]:
    """What may stand in braces in the corpus' `looks`."""
    history = got["history"]
    return {
        "loss": loss(got["loss"]), "accuracy": percent(got["accuracy"]), "truth": percent(got["truth"]),
        "fine_accuracy": f"{got['accuracy']:.2%}", "fine_truth": f"{got['truth']:.2%}",
        "first_loss": loss(history["loss"][0]), "train_loss": loss(history["loss"][-1]),
        "train_accuracy": percent(history["accuracy"][-1] if history["accuracy"] else None),
        "val_accuracy": percent(history["val_accuracy"][-1] if history["val_accuracy"] else None),
    }


# --- One entry ---------------------------------------------------------------------------------------------

def fill(text: str) -> str:
    """Prose in lines of a readable length. Code in backticks is never broken."""
    lines, line = [], ""
    for word in re.findall(r"(?:`[^`]*`|\$[^$]*\$|\S)+", text):
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def difference(case: dict[str, Any]) -> Iterator[str]:
    """The wrong lines with a minus sign, the right ones with a plus sign."""
    wrong = "".join(case["code"].values())
    right = case.get("right") or "".join(CORPUS["right"][step] for step in case["code"])
    lines = [line for line in difflib.unified_diff(wrong.splitlines(), right.splitlines(), n=0, lineterm="")
             if not line.startswith(("---", "+++", "@@")) and line[1:].strip() != "pass"]
    code = textwrap.dedent("\n".join(line[1:] for line in lines)).splitlines()
    yield from (f"{line[0]} {text}" for line, text in zip(lines, code, strict=True))


def message(got: dict[str, Any]) -> Iterator[str]:
    """The error as Python prints it."""
    first, *more = got["message"].splitlines()
    yield f"{got['error']}: {first}"
    yield from more


def entry(case: dict[str, Any], got: dict[str, Any]) -> Iterator[str]:
    yield from [f"(mistake-{case['name']})=", f"### {case['title']}", ""]
    if "error" in got:
        yield from ["```text", *message(got), "```"]
    else:
        yield fill(case["looks"].format(**numbers(got)))
    yield from ["", "```diff", *difference(case), "```", ""]
    yield from [fill(f"**Cause.** {case['cause']}"), "", fill(f"**Fix.** {case['fix']}"), ""]


# --- A section: a table to find the entry by, then the entries ---------------------------------------------

def key(got: dict[str, Any]) -> list[str]:
    """What the table shows of a mistake, in the words or numbers that one sees first."""
    if "error" in got:
        frame = r"\s*$|Graph execution error|Detected at|Exception encountered|Arguments received"
        telling = [line for line in got["message"].splitlines() if not re.match(frame, line)]
        words = telling[0].split("  ")[0].split(". ")[0]
        return [f"`{words}`" if "`" not in words else f"`` {words} ``"]
    return [percent(got["accuracy"]), loss(got["loss"])]


def section(symptom: str) -> str:
    found = measured()
    cases = [case for case in CORPUS["mistakes"] if case["symptom"] == symptom]
    heads = ["the message"] if symptom == "raises" else ["accuracy", "loss"]
    lines = [f"| {' | '.join([*heads, 'mistake'])} |", f"|{'---|' * (len(heads) + 1)}"]
    for case in cases:
        cells = [cell.replace("|", "\\|") for cell in key(found[case["name"]])]
        lines.append(f"| {' | '.join([*cells, '{ref}`mistake-' + case['name'] + '`'])} |")
    lines.append("")
    for case in cases:
        lines += entry(case, found[case["name"]])
    return "\n".join(lines)


def render(page: str) -> str:
    """The page with every section between its marks made anew."""
    def made(marks: re.Match[str]) -> str:
        return f"% begin {marks[1]}\n\n{section(marks[1])}\n% end {marks[1]}"

    return re.sub(r"% begin ([\w-]+)\n.*?% end \1", made, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
