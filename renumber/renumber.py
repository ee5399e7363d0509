"""Moves exercise 09-backpropagation to its place, number 6, and shares out the points anew. Mechanical; run once.

    .venv/bin/python /tmp/w/renumber.py            in the root of a clean work tree; leaves everything staged
    .venv/bin/autograder build                     afterwards; then git add -A && git commit

It stops before it changes anything when the tree is not clean or not as it expects it.
"""

import re
import subprocess
import sys
from pathlib import Path

MOVES = {"09-backpropagation": "06-backpropagation", "06-train-and-test": "07-train-and-test",
         "07-debugging-clinic": "08-debugging-clinic", "08-capstone": "09-capstone"}
NUMBERS = {name[1]: new[1] for name, new in MOVES.items()}  # "9" -> "6", "6" -> "7", ...
POINTS = {  # by the numbers before
    "03-dense-and-softmax": {"q3_2": (2, 1), "q3_3": (3, 2), "q3_5": (2, 1)},
    "04-model": {"q4_6": (2, 1)},
    "05-compile": {"q5_1": (3, 2), "q5_4": (2, 1), "q5_7": (2, 1)},
    "06-train-and-test": {"q6_2": (2, 1), "q6_3": (3, 2), "q6_7": (2, 1)},
    "07-debugging-clinic": {"q7_2": (2, 1), "q7_3": (2, 1)},
}
TOTALS = {"03-dense-and-softmax": (15, 12), "04-model": (10, 9), "05-compile": (15, 12), "06-train-and-test": (15, 12),
          "07-debugging-clinic": (11, 9), "08-capstone": (10, 10), "09-backpropagation": (11, 11)}

GENERATED = re.compile(r"exercises/(\d\d-[^/]*\.ipynb|tests/)")
LEFT_ALONE = ("book/demo/weights.js", "book/page-weights.json", ".github/pictures/")
QUESTIONS_IN = ("autograder/authoring/bars.py", "tests/authoring/test_calibrate.py", "tests/corpora/copies.py",
                "tests/benchmarks/results/checks.json", "solutions/README.md")
"""Files outside the masters' folders whose q6_ to q8_ are those of the exercises."""
PROSE = re.compile(r"(solutions/.*|book/.*\.md|book/_ext/.*|exercises/README\.md|README\.md|autograder/README\.md|"
                   r"tests/README\.md|tests/corpora/copies\.py|autograder/authoring/bars\.py)$")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def stop(why: str) -> None:
    sys.exit(f"renumber.py: {why} Nothing was changed.")


def once(text: str, old: str, new: str, where: str) -> str:
    if text.count(old) != 1:
        stop(f"{where}: {old!r} is there {text.count(old)} times, and not once.")
    return text.replace(old, new)


def words(points: int) -> str:
    return f"{points} point" + "s" * (points != 1)


def with_points(name: str, text: str) -> str:
    """The master with its new points: in the question's settings, in its heading, and in the opening."""
    for question, (before, after) in POINTS.get(name, {}).items():
        text = once(text, f"name: {question}\npoints: {before}\n", f"name: {question}\npoints: {after}\n", name)
        begin = text.index(f"name: {question}\n")
        heading = text.index("\n### ", begin)
        line_end = text.index("\n", heading + 1)
        line = text[heading:line_end]
        changed = line.replace(f"({words(before)}", f"({words(after)}")
        if line == changed:
            stop(f"{name}: the heading of {question} does not say {words(before)}.")
        text = text[:heading] + changed + text[line_end:]
    before, after = TOTALS[name]
    total = sum(float(found) for found in re.findall(r"^points: ([\d.]+)$", text, re.MULTILINE))
    if total != after:
        stop(f"{name}: its questions are worth {total:g}, and should be worth {after}.")
    return once(text, f"*{before} points, about", f"*{after} points, about", name)


def renamed(text: str) -> str:
    """Folders and files by their new names."""
    return re.sub("|".join(map(re.escape, MOVES)), lambda found: MOVES[found[0]], text)


def renumbered_questions(text: str, numbers: str) -> str:
    """q6_1 to q7_1 and so on, for the exercises whose numbers are given."""
    return re.sub(rf"\bq([{numbers}])_(?=\d)", lambda found: f"q{NUMBERS[found[1]]}_", text)


def renumbered_prose(text: str, numbers: str) -> str:
    text = re.sub(rf"\b([Ee]xercise|[Qq]uestion)(s?) ([{numbers}])(?![\d])", lambda m: f"{m[1]}{m[2]} {NUMBERS[m[3]]}", text)
    return re.sub(rf"\b(# Exercise )([{numbers}]):", lambda m: f"{m[1]}{NUMBERS[m[2]]}:", text)


def own_number(path: str) -> str:
    """The number, before, of the exercise that a file belongs to: a master's folder, or an attack on it. Else empty."""
    parts = path.split("/")
    if parts[0] == "solutions" and parts[1] in MOVES:
        return parts[1][1]
    if parts[:2] == ["solutions", "attacks"] and len(parts) > 3:
        case = Path(*parts[:3], "case.yaml")
        found = re.search(r"^assignment: (\S+)", case.read_text(encoding="utf-8"), re.MULTILINE) if case.is_file() else None
        return found[1][1] if found and found[1] in MOVES else ""
    return ""


def changed(path: str, text: str) -> str:
    own = own_number(path)
    if path.startswith("solutions/") and path.endswith("/master.md") and path.split("/")[1] in TOTALS:
        name = path.split("/")[1]
        text = with_points(name, text)
        if name in MOVES and name != "09-backpropagation":
            text = re.sub(r"^(minutes: .*\n)", rf"\1formerly: @{name[1:]}\n", text, count=1, flags=re.MULTILINE)
    text = renamed(text)
    if own:
        text = renumbered_questions(text, own)
    elif path in QUESTIONS_IN:
        text = renumbered_questions(text, "678")
    if PROSE.fullmatch(path):
        text = renumbered_prose(text, "678" + ("9" if own == "9" else ""))
    return text.replace("formerly: @", "formerly: 0")


def rows(text: str) -> str:
    """exercises/README.md: the rows in their new order, the new points, and their sum."""
    lines = text.split("\n")
    found = [number for number, line in enumerate(lines) if re.match(r"\| `0\d-", line)]
    if found != list(range(found[0], found[0] + len(found))) or len(found) != 9:
        stop("exercises/README.md: the table has not nine rows.")
    table = []
    for line in sorted(lines[found[0]:found[0] + 9]):
        name = re.match(r"\| `([\w-]+)\.ipynb`", line)[1]
        old = {new: old for old, new in MOVES.items()}.get(name, name)
        table.append(re.sub(r"\| \d+ \|$", f"| {TOTALS[old][1]} |", line) if old in TOTALS else line)
    lines[found[0]:found[0] + 9] = table
    if sum(int(re.search(r"\| (\d+) \|$", line)[1]) for line in table) != 100:
        stop("exercises/README.md: the points do not add up to 100.")
    return once("\n".join(lines), "Nine notebooks, 112 points.", "Nine notebooks, 100 points.", "exercises/README.md")


def main() -> None:
    if not Path("autograder/course.py").is_file():
        stop("run it in the root of the repository.")
    if git("status", "--porcelain"):
        stop("the work tree is not clean.")
    for name in MOVES:
        if not Path("solutions", name, "master.md").is_file():
            stop(f"there is no solutions/{name}.")
    new: dict[str, str] = {}
    for path in git("ls-files", "-z").split("\0"):
        if not path or GENERATED.match(path) or path.startswith(LEFT_ALONE) or not Path(path).is_file():
            continue
        try:
            text = Path(path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        after = changed(path, text)
        if path == "exercises/README.md":
            after = rows(after)
        if after != text:
            new[path] = after
    for path, text in new.items():
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    git("add", "-A")
    for before, after in MOVES.items():
        git("mv", f"solutions/{before}", f"solutions/{after}")
        git("mv", f"exercises/{before}.ipynb", f"exercises/{after}.ipynb")
        git("mv", f"exercises/tests/{before}", f"exercises/tests/{after}")
    for after in MOVES.values():  # the files of a question have its number
        for path in sorted(Path("exercises/tests", after).glob("q*.py")):
            number = re.match(r"q(\d)_", path.name)[1]
            git("mv", path.as_posix(), path.with_name(f"q{NUMBERS[number]}_{path.name[3:]}").as_posix())
    print(f"{len(new)} files changed, {len(MOVES)} exercises moved, all staged. Now: .venv/bin/autograder build")


if __name__ == "__main__":
    main()
