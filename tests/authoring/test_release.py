"""The release of a tiny course: what is in it, where its links lead, and that nothing hidden gets out."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from click.testing import CliRunner
from rich.console import Console

from autograder import cli, course
from autograder.authoring import build, release
from autograder.authoring.release import Site
from autograder.course import CourseError
from autograder.grading.batch import grade_paths
from autograder.grading.results import Verdict
from autograder.page.site import fingerprint
from tests.authoring.conftest import MASTER
from tests.authoring.test_leaks import ANSWER, HIDDEN_TEST, HINT, highlighted
from tests.served import served

PAGES = "https://someone.github.io/digits/"
EXERCISES_PAGE = """\
<p><a class="reference download internal" download="" \
href="_downloads/5f0/91-tiny.ipynb"><span>91-tiny.ipynb</span></a>.\
<!-- the link to 91-tiny in the page, where there is one --></p>
"""


@pytest.fixture
def course_with_book(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny course with a book of two pages, as Sphinx would have left it."""
    book, site = tiny / "book", tiny / "build" / "book" / "html"
    for folder in (book, site / "data", site / "_downloads" / "5f0", site / "_static", site / "_sources" / "data"):
        folder.mkdir(parents=True)
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n  - file: data/02-shapes\n"
                                   "  # - file: data/03-normalization\n")
    (book / "data").mkdir()
    (book / "data" / "02-shapes.md").write_text("# Shapes\n\n:::{practice} 91-tiny\n:::\n")
    (site / "index.html").write_text(EXERCISES_PAGE + "<p>Put https://reading-digits.example/ there.</p>"
                                     + release.PDF_LINK_HERE + release.CARD_HERE)
    (site / "data" / "02-shapes.html").write_text("<h1>Shapes</h1>")
    (site / "data" / "03-normalization.html").write_text("<h1>of an earlier build</h1>")
    (site / "_sources" / "data" / "03-normalization.md").write_text("of an earlier build")
    (site / "_downloads" / "5f0" / "91-tiny.ipynb").write_text("with links to the instructor's build")
    (site / "reading-digits-exercises.zip").write_bytes(b"of the instructor's build")
    (site / "_static" / "page.js").write_text("'use strict';")
    (site / ".buildinfo").write_text("of Sphinx")
    for file in ("LICENSE", "environment.yml"):
        (tiny / file).write_bytes((Path(__file__).parents[2] / file).read_bytes())
    (tiny / "exercises" / "README.md").write_text("Begin here.")
    (tiny / "exercises" / "notes-for-me.txt").write_text("lies here by chance")
    numbers = io.BytesIO()
    with zipfile.ZipFile(numbers, "w") as archive:
        archive.writestr("x_train.npy", b"numbers")
    (tiny / "exercises" / "mnist.npz").write_bytes(numbers.getvalue())
    monkeypatch.setattr(course, "BOOK", book)
    monkeypatch.setattr(release, "_build_book", lambda: None)
    monkeypatch.setattr(build, "_hold_to_promises", lambda *args: None)
    return tiny


def print_it(root: Path, page: bytes) -> None:
    """What `make pdf` leaves: the PDF, and the page that was printed."""
    (root / "build/book/singlehtml").mkdir()
    (root / "build/book/singlehtml/index.html").write_bytes(page)
    (root / "build/book/reading-digits.pdf").write_bytes(b"%PDF of the book")


def page_it(root: Path) -> Path:
    """What `make page` leaves: here two files of others, one of ours, and an earlier notebook."""
    page = root / "build" / "page"
    for name, data in {"index.html": b"the page", "static/python.wasm": b"others' code", "static/of-ours.js": b"1",
                       "files/91-tiny.ipynb": b"of an earlier build"}.items():  # fmt: skip
        (page / name).parent.mkdir(parents=True, exist_ok=True)
        (page / name).write_bytes(data)
    others = [hashlib.sha256(b"others' code").hexdigest()]
    (root / "build" / "page.json").write_text(json.dumps({"of": fingerprint(), "others": others}))
    return page


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def notebook_text(data: bytes) -> str:
    return "\n".join(cell.source for cell in nbformat.reads(data.decode(), as_version=4).cells)


@pytest.mark.fast
class TestWhatIsInIt:
    def test_everything_a_learner_needs_and_nothing_else(self, course_with_book: Path) -> None:
        release.release(course_with_book / "out", PAGES)
        learners = {"LICENSE", "README.md", "environment.yml"}
        learners |= {f"exercises/{name}" for name in (
            "91-tiny.ipynb", "README.md", "digits.py", "mnist.npz", "requirements.txt", "tests/91-tiny/q9_1.py",
            "tests/91-tiny/q9_2.py", "tests/91-tiny/tried.json")}
        learners |= {f"docs/{name}" for name in (
            ".nojekyll", "index.html", "data/02-shapes.html", "_static/page.js", "_downloads/5f0/91-tiny.ipynb",
            "reading-digits-exercises.zip")}
        assert set(files(course_with_book / "out")) == {f"reading-digits/{name}" for name in learners} | {
            "reading-digits-exercises.zip", "reading-digits-book.zip", "release.json"}

    def test_the_zips_and_downloads_hold_the_same(self, course_with_book: Path) -> None:
        release.release(course_with_book / "out", PAGES)
        out = files(course_with_book / "out")
        assert out["reading-digits/docs/reading-digits-exercises.zip"] == out["reading-digits-exercises.zip"]
        notebook = out["reading-digits/exercises/91-tiny.ipynb"]
        assert out["reading-digits/docs/_downloads/5f0/91-tiny.ipynb"] == notebook
        for name, inside, folder in (("exercises", "reading-digits", "exercises"),
                                     ("book", "reading-digits-book", "docs")):
            with zipfile.ZipFile(io.BytesIO(out[f"reading-digits-{name}.zip"])) as archive:
                packed = {entry: archive.read(entry) for entry in archive.namelist()}
            lying = {path.replace(f"reading-digits/{folder}/", f"{inside}/", 1): data for path, data in out.items()
                     if path.startswith(f"reading-digits/{folder}/") and not path.endswith(".nojekyll")}
            assert packed == lying

    def test_the_printed_book_goes_along_as_long_as_it_is_there(self, course_with_book: Path) -> None:
        print_it(course_with_book, b"<h1>Shapes</h1>")
        said = release.release(course_with_book / "out", PAGES)
        out = files(course_with_book / "out")
        assert out["reading-digits.pdf"] == out["reading-digits/docs/reading-digits.pdf"] == b"%PDF of the book"
        assert b'href="reading-digits.pdf"' in out["reading-digits/docs/index.html"] and "printed book" in said
        with zipfile.ZipFile(io.BytesIO(out["reading-digits-book.zip"])) as archive:
            assert archive.read("reading-digits-book/reading-digits.pdf") == b"%PDF of the book"
            assert archive.read("reading-digits-book/index.html") == out["reading-digits/docs/index.html"]
        (course_with_book / "build/book/reading-digits.pdf").unlink()
        said = release.release(course_with_book / "out", PAGES)
        out = files(course_with_book / "out")
        assert not any(path.endswith(".pdf") for path in out) and "printed book" not in said
        assert b"reading-digits.pdf" not in out["reading-digits/docs/index.html"]

    def test_the_page_goes_along_as_long_as_it_is_as_it_would_be_built(self, course_with_book: Path) -> None:
        page_it(course_with_book)
        said = release.release(course_with_book / "out", PAGES)
        out = files(course_with_book / "out")
        docs = "reading-digits/docs/"
        notebook = out["reading-digits/exercises/91-tiny.ipynb"]
        assert out[f"{docs}page/files/91-tiny.ipynb"] == notebook and "the page" not in said
        assert out[f"{docs}page/static/python.wasm"] == b"others' code"
        listed = json.loads(out[f"{docs}page/api/contents/tests/91-tiny/all.json"])
        assert [entry["name"] for entry in listed["content"]] == ["q9_1.py", "q9_2.py", "tried.json"]
        assert b'href="page/notebooks/index.html?path=91-tiny.ipynb"' in out[f"{docs}index.html"]
        with zipfile.ZipFile(io.BytesIO(out["reading-digits-book.zip"])) as archive:
            assert archive.read("reading-digits-book/page/files/91-tiny.ipynb") == notebook

        (course_with_book / "build" / "page.json").write_text(json.dumps({"of": "other parts", "others": []}))
        said = release.release(course_with_book / "out", PAGES)
        out = files(course_with_book / "out")
        assert not any(name.startswith(f"{docs}page/") for name in out) and "make page" in said
        first = out[f"{docs}index.html"]
        assert b"page/notebooks" not in first and b"91-tiny in the page" not in first

    def test_what_cannot_be_looked_into_is_known_by_its_hash_or_refused(self, course_with_book: Path) -> None:
        (page_it(course_with_book) / "static" / "python.wasm").write_bytes(b"others' code, changed")
        with pytest.raises(CourseError, match=r"python\.wasm: a kind of file that cannot be looked into"):
            release.release(course_with_book / "out", PAGES)

    def test_the_environment_installs_the_learners_requirements(self, course_with_book: Path) -> None:
        release.release(course_with_book / "out", "")
        facts = yaml.safe_load((course_with_book / "out/reading-digits/environment.yml").read_text())
        ours = yaml.safe_load((course_with_book / "environment.yml").read_text())
        assert facts["name"] == ours["name"] and facts["channels"] == ours["channels"]
        assert facts["dependencies"][:2] == ours["dependencies"][:2]
        assert facts["dependencies"][2] == {"pip": ["-r exercises/requirements.txt"]}

    def test_twice_is_the_same_byte_for_byte(self, course_with_book: Path) -> None:
        for folder in ("one", "two"):
            release.release(course_with_book / folder, PAGES)
        assert files(course_with_book / "one") == files(course_with_book / "two")


@pytest.mark.fast
class TestWhereLinksLead:
    def test_notebooks_lead_to_the_released_book(self, course_with_book: Path) -> None:
        release.release(course_with_book / "out", PAGES)
        text = notebook_text((course_with_book / "out/reading-digits/exercises/91-tiny.ipynb").read_bytes())
        assert f"[Shapes]({PAGES}data/02-shapes.html)" in text
        assert f"[a section]({PAGES}data/02-shapes.html#rows)" in text

    def test_pages_and_readme_lead_to_colab_and_binder(self, course_with_book: Path) -> None:
        release.release(course_with_book / "out", PAGES)
        colab = "https://colab.research.google.com/github/someone/digits/blob/main/exercises/91-tiny.ipynb"
        binder = ("https://mybinder.org/v2/gh/someone/digits/main"
                  "?urlpath=lab%2Ftree%2Fexercises%2F91-tiny.ipynb")
        for file in ("docs/index.html", "README.md"):
            text = (course_with_book / "out/reading-digits" / file).read_text()
            assert colab in text and binder in text, file
        assert f"Put {PAGES} there" in (course_with_book / "out/reading-digits/docs/index.html").read_text()

    @pytest.mark.parametrize(("address", "github"), [
        ("https://someone.github.io/digits/", "someone/digits"),
        ("https://Some-One.github.io/", "Some-One/Some-One.github.io"),
        ("https://www.example.edu/digits/", ""), ("https://someone.github.io/a/b/", ""), ("", ""),
    ])
    def test_the_repository_follows_from_the_address(self, address: str, github: str) -> None:
        assert Site(address).github == github

    def test_elsewhere_there_are_no_colab_links(self, course_with_book: Path) -> None:
        said = release.release(course_with_book / "out", "https://www.example.edu/digits")
        assert "https://www.example.edu/digits/" in said and "no links" in said
        out = course_with_book / "out/reading-digits"
        assert "colab" not in (out / "README.md").read_text() + (out / "docs/index.html").read_text()

    def test_the_card_of_a_link_has_its_picture_where_there_is_an_address(self, course_with_book: Path) -> None:
        for address in ("https://www.example.edu/digits/", ""):
            release.release(course_with_book / "out", address)
            first = (course_with_book / "out/reading-digits/docs/index.html").read_text()
            picture = '<meta property="og:image" content="https://www.example.edu/digits/card.png" />'
            assert (picture in first) == bool(address) and release.CARD_HERE not in first

    def test_without_an_address_nothing_is_linked_to(self, course_with_book: Path) -> None:
        assert "nowhere yet" in release.release(course_with_book / "out", "")
        for path, data in files(course_with_book / "out/reading-digits").items():
            if path.endswith((".ipynb", ".md")):
                assert b"http" not in data, path
        text = notebook_text((course_with_book / "out/reading-digits/exercises/91-tiny.ipynb").read_bytes())
        assert "See *Shapes* and *a section*." in text and "google.colab" not in text

    def test_no_link_to_the_instructors_build_is_left(self, course_with_book: Path) -> None:
        for address in ("", PAGES):
            release.release(course_with_book / "out", address)
            for path, data in files(course_with_book / "out").items():
                assert b"build/book" not in data, path

    def test_the_address_is_set_in_one_place(self, course_with_book: Path) -> None:
        (course_with_book / "pyproject.toml").write_text(f'[tool.reading-digits]\naddress = "{PAGES}"\n')
        release.release(course_with_book / "out")
        text = notebook_text((course_with_book / "out/reading-digits/exercises/91-tiny.ipynb").read_bytes())
        assert f"({PAGES}data/02-shapes.html)" in text

    @pytest.mark.parametrize("address", ["someone/digits", "ftp://x.org", "https://", "https://x.org/ y", 'https://"'])
    def test_what_is_no_address_is_refused(self, course_with_book: Path, address: str) -> None:
        done = CliRunner().invoke(cli.main, ["release", "--output", str(course_with_book / "out"),
                                             "--address", address])
        assert done.exit_code == 2 and "is no address of a site" in done.output
        assert not (course_with_book / "out").exists()


@pytest.mark.fast
def test_our_own_address_is_one_or_none() -> None:
    assert course.address() == "" or course.address().startswith("https://")


@pytest.mark.fast
def test_on_colab_the_first_cell_fetches_the_files(
        course_with_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colab opens a lone notebook. Here it is an empty folder, and a module of Colab's name."""
    folder = course_with_book / "out"
    with served(folder / "reading-digits/docs") as address:
        release.release(folder, f"{address}/")
        first_cell_fetches_the_files(folder, tmp_path, monkeypatch)


def first_cell_fetches_the_files(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = nbformat.read(folder / "reading-digits/exercises/91-tiny.ipynb", as_version=4).cells
    first = next(cell.source for cell in cells if cell.cell_type == "code")
    alone = tmp_path / "content"
    alone.mkdir()
    monkeypatch.chdir(alone)
    exec(first, {})
    assert list(alone.iterdir()) == [], "elsewhere it does nothing"
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    exec(first, {})
    exercises = folder / "reading-digits/exercises"
    expected = {path: data for path, data in files(exercises).items() if not path.endswith(".ipynb")}
    assert files(alone) == expected


# --- One that cannot be built ------------------------------------------------------------------------------


@pytest.fixture
def one_broken(course_with_book: Path) -> Path:
    """Beside the tiny exercise one that was built once, and whose master is no longer in order."""
    build.build_exercises()
    master = course_with_book / "solutions" / "92-broken" / "master.md"
    master.parent.mkdir()
    master.write_text(MASTER.replace("title: Tiny\n", ""), encoding="utf-8")
    (course_with_book / "exercises" / "92-broken.ipynb").write_text("{}")
    (course_with_book / "exercises" / "README.md").write_text(
        "| `91-tiny.ipynb` | doubles | 2.5 |\n| `92-broken.ipynb` | nothing | 2 |\n")
    site = course_with_book / "build" / "book" / "html"
    (site / "_downloads" / "5f0" / "92-broken.ipynb").write_text("{}")
    (site / "data" / "02-shapes.html").write_text(EXERCISES_PAGE + EXERCISES_PAGE.replace("91-tiny", "92-broken"))
    return course_with_book


@pytest.mark.fast
def test_one_that_cannot_be_built_is_left_out_and_said_to_be(one_broken: Path) -> None:
    said = release.release(one_broken / "out", PAGES)
    assert "92-broken is left out: solutions/92-broken/master.md, line 1: the front matter lacks title" in said
    made = files(one_broken / "out")
    assert "reading-digits/exercises/91-tiny.ipynb" in made
    assert not any("92-broken" in path for path in made)
    assert b"92-broken" not in made["reading-digits/exercises/README.md"] + made["reading-digits/README.md"]
    page = made["reading-digits/docs/data/02-shapes.html"].decode()
    assert '91-tiny.ipynb">' in page and '92-broken.ipynb">' not in page
    assert "92-broken.ipynb (not handed out yet)" in page


@pytest.mark.fast
def test_only_those_that_are_named_go_out(one_broken: Path) -> None:
    assert "92-broken is left out: it was not named" in release.release(one_broken / "out", PAGES, ["91-tiny"])
    with pytest.raises(CourseError, match="the front matter lacks title"):
        release.release(one_broken / "other", PAGES, ["92-broken"])
    with pytest.raises(CourseError, match="There is no exercise called 'shapes'"):
        release.release(one_broken / "other", PAGES, ["shapes"])
    assert not (one_broken / "other").exists()


@pytest.fixture
def two(course_with_book: Path) -> Path:
    """Beside the tiny exercise another one like it."""
    master = course_with_book / "solutions" / "92-other" / "master.md"
    master.parent.mkdir()
    master.write_text(MASTER.replace("q9_", "q92_"), encoding="utf-8")
    for name in ("91-tiny", "92-other"):  # one by one, and so in this process, which knows of the tiny course
        build.build_exercises([name])
    return course_with_book


@pytest.mark.fast
def test_one_after_the_other_is_handed_out_and_none_is_taken_back(two: Path) -> None:
    out = two / "out"
    said = release.release(out, PAGES, ["91-tiny"])
    assert "92-other is left out: it was not named" in said and "release before" not in said, "there was none"
    said = release.release(out, PAGES, ["92-other"])
    assert "91-tiny stays: it was handed out before" in said and "left out: it was not" not in said
    assert "Different from the release before:\n  new: 92-other\n" in said
    both = {"reading-digits/exercises/91-tiny.ipynb", "reading-digits/exercises/92-other.ipynb"}
    assert both <= set(files(out))
    with zipfile.ZipFile(out / release.EXERCISES_ZIP) as archive:
        assert {f"reading-digits/{name}.ipynb" for name in ("91-tiny", "92-other")} <= set(archive.namelist())
    assert "Nothing is different from the release before." in release.release(out, PAGES, ["91-tiny"])
    assert "92-other is left out" in release.release(two / "fresh", PAGES, ["91-tiny"])


@pytest.mark.fast
def test_what_changed_since_the_release_before_is_said(two: Path) -> None:
    out = two / "out"
    release.release(out, PAGES)
    master = two / "solutions" / "91-tiny" / "master.md"
    text = master.read_text(encoding="utf-8").replace("Double it.", "Double it now.")
    master.write_text(text.replace("should be 6", "should be six"), encoding="utf-8")
    (two / "build/book/html/data/02-shapes.html").write_text("<h1>Shapes, in full</h1>")
    (two / "build/book/html/_static/page.js").write_text("'of the looks';")
    (two / "LICENSE").write_text("another")
    before = files(out)
    said = release.release(out, PAGES)
    told = re.search(r"^Different from the release before:\n((?:  .*\n)+)", said, re.MULTILINE)
    assert told
    assert "  changed: LICENSE\n" in told[1]
    assert "  changed: 1 page of the book, data/02-shapes\n" in told[1]
    (line,) = [line for line in told[1].splitlines() if "91-tiny" in line]
    assert line == "  changed: 91-tiny, its notebook (1 cell) and the checks of q9_1"
    assert "92-other" not in told[1] and before != files(out)


@pytest.mark.fast
def test_what_is_left_out_stays_secret(one_broken: Path) -> None:
    """A page may not tell it either, as long as its master can be read."""
    master = one_broken / "solutions" / "92-broken" / "master.md"
    master.write_text(MASTER.replace("must work for any number", "has to double whatever it is given"))
    (one_broken / "build/book/html/_static/page.js").write_text("'`double` has to double whatever it is given.'")
    with pytest.raises(CourseError, match=r"the hint of a hidden test of 92-broken"):
        release.release(one_broken / "out", PAGES, ["91-tiny"])


# --- Nothing hidden gets out ------------------------------------------------------------------------------


def a_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/book/html/data/02-shapes.html").write_bytes(highlighted(HIDDEN_TEST))


def a_page_with_an_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/book/html/data/02-shapes.html").write_bytes(highlighted(ANSWER))


def a_script(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/book/html/_static/page.js").write_text(f"const words = '{HINT}';")


def a_zip_of_the_grader(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build_exercises()
    packed = (root / "build/91-tiny/91-tiny-autograder.zip").read_bytes()
    (root / "build/book/html/_downloads/5f0/all.zip").write_bytes(packed)


def the_solved_notebook(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build_exercises()
    solved = (root / "build/91-tiny/91-tiny.ipynb").read_bytes()
    (root / "build/book/html/_downloads/5f0/my-own.ipynb").write_bytes(solved)


def a_builder_that_solves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/91-tiny/stamp.json").unlink()
    finish = build.finish.finish_notebook
    monkeypatch.setattr(build.finish, "finish_notebook", lambda notebook, master, *, solved: finish(
        nbformat.from_dict({"cells": [{"cell_type": "markdown", "source": "    return x + x"}, *notebook.cells]}),
        master, solved=solved))


def a_builder_that_shows_all_tests(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/91-tiny/stamp.json").unlink()
    finish = build.finish.finish_test
    monkeypatch.setattr(build.finish, "finish_test", lambda written, cases, helpers="": finish(
        written, cases, helpers) + HIDDEN_TEST.encode())


def the_readme(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "exercises/README.md").write_text(HINT)


def a_printed_book(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    print_it(root, highlighted(HIDDEN_TEST))


def a_spreadsheet(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "build/book/html/_static/grades.xlsx").write_bytes(b"PK")


def a_package_of_the_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(page_it(root) / "in_the_page-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("digits.py", HIDDEN_TEST)


@pytest.mark.fast
@pytest.mark.parametrize("plant", [
    a_page, a_page_with_an_answer, a_script, a_zip_of_the_grader, the_solved_notebook, a_builder_that_solves,
    a_builder_that_shows_all_tests, the_readme, a_printed_book, a_spreadsheet,
    a_package_of_the_page,
])
def test_with_a_leak_nothing_is_written(
        course_with_book: Path, monkeypatch: pytest.MonkeyPatch,
        plant: Callable[[Path, pytest.MonkeyPatch], None]) -> None:
    out = course_with_book / "out"
    release.release(out, PAGES)
    before = files(out)
    plant(course_with_book, monkeypatch)
    with pytest.raises(CourseError, match="Nothing was released, for it would give away:\n  reading-digits"):
        release.release(out, PAGES)
    assert files(out) == before
    with pytest.raises(CourseError, match="would give away"):
        release.release(course_with_book / "new", PAGES)
    assert not (course_with_book / "new").exists()


# --- The folder ---------------------------------------------------------------------------------------------


@pytest.mark.fast
def test_an_earlier_release_is_replaced_and_what_else_lies_there_stays(course_with_book: Path) -> None:
    out = course_with_book / "out"
    release.release(out, PAGES)
    (out / "reading-digits/.git").mkdir()
    (out / "reading-digits/.git/HEAD").write_text("ref: refs/heads/main\n")
    (course_with_book / "build/book/html/_static/page.js").unlink()
    release.release(out, PAGES)
    assert not (out / "reading-digits/docs/_static/page.js").exists()
    assert (out / "reading-digits/.git/HEAD").is_file()


@pytest.mark.fast
@pytest.mark.parametrize("record", [None, "[]", '{"files": 3}', "no json"])
def test_a_folder_with_something_else_in_it_is_refused(course_with_book: Path, record: str | None) -> None:
    out = course_with_book / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    if record is not None:
        (out / "release.json").write_text(record)
    with pytest.raises(CourseError, match=r"is not empty and holds no earlier release\. Name another folder"):
        release.release(out, PAGES)
    assert (out / "thesis.txt").read_text() == "mine" and len(list(out.iterdir())) == 1 + (record is not None)


@pytest.mark.fast
def test_a_record_names_no_file_outside(course_with_book: Path) -> None:
    out = course_with_book / "out"
    out.mkdir()
    (course_with_book / "mine.txt").write_text("mine")
    (out / "release.json").write_text(json.dumps({"files": ["../mine.txt", str(course_with_book / "mine.txt")]}))
    release.release(out, PAGES)
    assert (course_with_book / "mine.txt").read_text() == "mine"


@pytest.mark.fast
def test_a_book_that_does_not_build_is_not_released(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_hold_to_promises", lambda *args: None)
    (tiny / "data").mkdir()
    (tiny / "data" / "02-shapes.md").touch()
    monkeypatch.setattr(course, "BOOK", tiny)
    (tiny / "build.py").write_text("raise SystemExit(1)")
    with pytest.raises(CourseError, match="Nothing was released, for the book was not built"):
        release.release(tiny / "out", PAGES)
    assert not (tiny / "out").exists()


@pytest.mark.slow
def test_a_released_notebook_is_graded_like_ours(tmp_path: Path) -> None:
    """With its other links and its one cell more: a learner who answers everything in it has full marks."""
    exercise = course.assignment("02-preprocessing")
    solved = {cell.id: cell.source for cell in nbformat.read(exercise.solution, as_version=4).cells}
    (tmp_path / "class").mkdir()
    for learner, address in (("online", PAGES), ("offline", "")):
        made = json.loads(release.released_notebook(exercise.learner.read_bytes(), Site(address)))
        for cell in made["cells"]:
            if cell["id"].startswith("answer-"):
                cell["source"] = solved[cell["id"]]
        nbformat.validate(made)
        (tmp_path / "class" / f"{learner}.ipynb").write_text(json.dumps(made))
    outcome = grade_paths([tmp_path / "class"], output=tmp_path, console=Console(quiet=True))
    assert [(result.learner, result.assignment, result.status, result.score) for result in outcome.results] == [
        (learner, exercise.name, Verdict.GRADED, exercise.possible) for learner in ("offline", "online")]
