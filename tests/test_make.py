"""`make`, with programs of the test's own in place of the course's: what it prints at its end, and when it fails."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.course import ROOT, quiet_environment

pytestmark = pytest.mark.fast

AUTOGRADER = """\
#!/bin/sh
case $1 in
build) exit {build};;
page) exit {page};;
demo) for page in report.html feedback/ada.html; do echo "  $PWD/$3/$page"; done; exit {demo};;
doctor) touch asked; exit {doctor};;
esac
"""


def make(
    folder: Path, demo: int, doctor: int, book: int = 0, build: int = 0, page: int = 0
) -> subprocess.CompletedProcess[str]:
    (folder / ".venv" / "bin").mkdir(parents=True)
    autograder = AUTOGRADER.format(demo=demo, doctor=doctor, build=build, page=page)
    for name, program in (("autograder", autograder),
                          ("python", f"#!/bin/sh\nexit {book}\n")):
        (folder / ".venv" / "bin" / name).write_text(program)
        (folder / ".venv" / "bin" / name).chmod(0o755)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv" / ".ready").touch()
    environment = {name: value for name, value in quiet_environment().items() if not name.startswith("MAKE")}
    return subprocess.run(["make", "--no-print-directory"], cwd=folder, capture_output=True, text=True,
                          env=environment)


def test_it_names_three_pages(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0)
    assert done.returncode == 0, done.stderr
    for page in ("book/html/index.html", "sample-class/report.html", "sample-class/feedback/ada.html"):
        assert f"{tmp_path}/build/{page}\n" in done.stdout
    assert not (tmp_path / "asked").exists(), "the doctor takes seconds; he is asked when something is wrong"


def test_without_isolation_only_the_sample_class_is_missing(tmp_path: Path) -> None:
    done = make(tmp_path, demo=2, doctor=1)
    assert done.returncode == 0, done.stderr
    assert "build/book/html/index.html" in done.stdout and "report.html" not in done.stdout
    assert "cannot isolate notebooks" in done.stdout


@pytest.mark.parametrize(("demo", "doctor"), [(1, 0), (1, 1), (2, 0), (130, 0), (130, 1)])
def test_any_other_failure_is_one(demo: int, doctor: int, tmp_path: Path) -> None:
    done = make(tmp_path, demo, doctor)
    assert done.returncode != 0
    assert "cannot isolate" not in done.stdout and "report.html" not in done.stdout
    assert "build/book/html/index.html" in done.stdout


def test_without_the_parts_of_the_page_only_the_page_is_missing(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0, page=2)
    assert done.returncode == 0, done.stderr
    assert "The page was left out" in done.stdout and "make serve" not in done.stdout
    assert "build/book/html/index.html" in done.stdout and "report.html" in done.stdout


def test_a_page_that_fails_otherwise_is_a_failure(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0, page=1)
    assert done.returncode != 0 and "Open in a browser" not in done.stdout


def test_a_book_that_is_not_built_is_a_failure(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0, book=1)
    assert done.returncode != 0 and "Open in a browser" not in done.stdout


def test_a_master_that_is_not_in_order_keeps_nothing_else_from_being_made(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0, build=1)
    assert done.returncode != 0 and "Not every exercise was built" in done.stderr
    assert "book/html/index.html" in done.stdout and "sample-class/report.html" in done.stdout


def test_where_no_exercise_can_be_built_it_stops(tmp_path: Path) -> None:
    done = make(tmp_path, demo=0, doctor=0, build=2)
    assert done.returncode != 0 and "[3/5]" not in done.stdout
