"""A disk that is really full, a small one of its own: what `autograder grade` says, and that nothing graded is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from autograder.course import ROOT
from tests.grading.conftest import ANSWER, START, write_notebook

LEARNERS = 40

ON_A_SMALL_DISK = '''
import contextlib, io, json, os, sqlite3, sys
sys.path.insert(0, {root!r})
from autograder.sandbox import linux

user, group = os.geteuid(), os.getegid()
linux.unshare(linux.CLONE_NEWNS | (linux.CLONE_NEWUSER if user else 0))
if user:
    for name, line in (("setgroups", "deny"), ("uid_map", f"0 {{user}} 1"), ("gid_map", f"0 {{group}} 1")):
        with open(f"/proc/self/{{name}}", "w") as file:
            file.write(line)
linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
linux.mount("small", {output!r}, "tmpfs", 0, "size=64k")

from pathlib import Path
from autograder import cli, course
from autograder.grading import worker
from tests.grading import killable

for name in ("exercises", "build", "solutions"):
    setattr(course, name.upper(), Path({course!r}, name))
graded = []
MS_REMOUNT = 32

def counted(task):
    graded.append(task.submission.learner)
    return killable.stand_in(task)

worker.grade_task = counted
worker.engine = lambda confined, helpers=(): killable.NoEngine()
for size in {sizes!r}:
    linux.mount("small", {output!r}, "tmpfs", MS_REMOUNT, f"size={{size}}k")
    graded.clear()
    code, said = 0, io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            cli.main(["grade", {handed_in!r}, "--output", {output!r}, "--timeout", "5"], standalone_mode=False)
        except SystemExit as end:
            code = end.code
    with contextlib.closing(sqlite3.connect(Path({output!r}, "gradebook.sqlite"))) as book:
        kept = sorted(learner for learner, in book.execute("SELECT learner FROM submission"))
    files = sorted(path.relative_to({output!r}).as_posix() for path in Path({output!r}).rglob("*") if path.is_file())
    print(json.dumps([code, said.getvalue(), sorted(graded), kept, files]))
'''


def test_a_full_disk_costs_nothing(tmp_path: Path, tiny_course: Path) -> None:
    """Full among the results, then among the reports, then with room enough."""
    output = tmp_path / "grades"
    output.mkdir()
    learners = [f"learner{number:02}" for number in range(LEARNERS)]
    for learner in learners:
        write_notebook(tmp_path / "class" / f"{learner}.ipynb", [START, ANSWER, f"me = '{learner}'"])
    source = ON_A_SMALL_DISK.format(root=str(ROOT), course=str(tiny_course), handed_in=str(tmp_path / "class"),
                                    output=str(output), sizes=[64, 400, 16_000])
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    (code, said, graded, first, _), (code_2, said_2, graded_2, kept, files_2), (code_3, _, graded_3, _, files) = runs

    assert code == 2 and "Traceback" not in said and 0 < len(first) < len(graded) < LEARNERS
    assert f"The disk is full: {output / 'gradebook.sqlite'} cannot be written." in said
    assert "Make room and run the same command again; it goes on from there." in said

    assert code_2 == 2 and "Traceback" not in said_2
    assert graded_2 == [learner for learner in learners if learner not in first], "what was recorded is not run again"
    assert kept == learners
    assert "No space left on device" in said_2 and "check that the disk has room" in said_2
    assert not [file for file in files_2 if file.endswith(".tmp")]

    assert code_3 == 0 and graded_3 == []
    assert {"grades.csv", "report.html", *(f"feedback/{learner}.html" for learner in learners)} <= set(files)
