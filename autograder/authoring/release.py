"""Makes what learners get from the instructor's repository: the work of `autograder release`.

    OUTPUT/reading-digits/                the learners' repository: exercises/, environment.yml, LICENSE,
                                          README.md, and docs/, the book as a site (GitHub Pages serves it), with
                                          the page in which the exercises run, if `make page` has made it
    OUTPUT/reading-digits-exercises.zip   its exercises
    OUTPUT/reading-digits-book.zip        its book, to be read offline
    OUTPUT/reading-digits.pdf             the same, printed; if `make pdf` has printed the book as it is now
    OUTPUT/release.json                   which files these are; by it a later release knows what to replace

Exercises and book are built first, if they are not current. Everything is then put together in memory, with
links to one address (`course.address`), and `leaks` searches it. The release is written only if no hidden
test, solution or held-back answer is found; otherwise nothing is written.

This module lists by name what goes out. A file that lies in exercises/ by chance stays where it
is.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from autograder import course
from autograder.authoring import changes, leaks, master, zips
from autograder.authoring.build import BuildError, build_exercises
from autograder.course import CourseError
from autograder.grading.text import NEW_LINE, listed
from autograder.page.site import with_exercises

REPOSITORY = "reading-digits"
EXERCISES_ZIP = "reading-digits-exercises.zip"
BOOK_ZIP = "reading-digits-book.zip"
PDF = "reading-digits.pdf"
RECORD = "release.json"

PLACEHOLDER = "https://reading-digits.example/"
"""Stands in the book's files for the address of the release."""

PAGE = "page"
"""The folder of the book in which the exercises run in the browser."""

PAGE_LINK_HERE = re.compile(r"<!-- the link to ([\w-]+) in the page, where there is one -->")
"""Stands beside the download of each exercise."""

PAGE_LINK = (' <span class="in-the-page">Or <a class="reference internal" href="{to_root}page/notebooks/index.html?'
             'path={name}.ipynb">do it in this browser</a>, with nothing installed.</span>')

CARD_HERE = "<!-- the picture of the card, where the book has an address -->"
"""Stands in the head of each page of the book; book/_ext/previews.py draws the picture."""

CARD = """<meta property="og:image" content="{address}card.png" />
<meta property="og:image:width" content="1200" />
<meta property="og:image:height" content="630" />
<meta property="og:image:alt" content="Forty handwritten digits, and the book's title: Reading Digits" />
<meta name="twitter:card" content="summary_large_image" />"""

PDF_LINK_HERE = "<!-- the link to the printed book, where there is one -->"
"""Stands on the book's first page."""

LINK = re.compile(r"\[([^\]]+)\]\(" + re.escape(master.BOOK_ADDRESS) + r"/([\w/-]+\.html)(#[\w-]+)?\)")
DOWNLOAD = re.compile(r'<a class="reference download internal"[^>]*href="[^"]*/([\w-]+)\.ipynb">.*?</a>')
ROW = re.compile(r"\| `([\w-]+)\.ipynb` \|")
"""An exercise in the table of the learners' README."""

LISTED = re.compile(r"^(?:root:| *- file:) (\S+)$", re.MULTILINE)

FETCH = '''\
# On Colab, where this notebook lies alone, this cell fetches what it needs. Anywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    import importlib.util
    import io
    import subprocess
    import urllib.request
    import zipfile

    with urllib.request.urlopen("{address}{zip}") as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    for entry in archive.infolist():
        entry.filename = entry.filename.removeprefix("{folder}/")
        if not entry.filename.endswith(".ipynb"):
            archive.extract(entry)
    if importlib.util.find_spec("otter") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "otter-grader==7.0.0"], check=True)'''

ENVIRONMENT = """\
# Anaconda: conda env create -f environment.yml && conda activate reading-digits
name: reading-digits
channels:
  - conda-forge
dependencies:
  - python{python}
  - pip
  - pip:
      - -r exercises/requirements.txt
"""

README = """\
# Reading Digits

A course on a first neural network: classifying handwritten digits (MNIST) with TensorFlow and Keras.

- **The book**: {book} In it every number and every picture is computed by the page you are reading.
- **The exercises**: [exercises/](exercises/README.md), notebooks that answer at once: what was expected, what
  came, and the likely cause.
{online}
## Start

You need a Python from 3.11 to 3.13, about 2 GB of disk, and a network the first time.

```sh
cd exercises
python3 -m venv .venv
source .venv/bin/activate
python -m pip install -r requirements.txt
jupyter notebook
```

On Windows `python3` is called `py`, and the third line is `.venv\\Scripts\\activate`.

With Anaconda: `conda env create -f environment.yml`, then `conda activate reading-digits`.

## Licenses

Code: MIT. Text and figures: CC BY 4.0. The data, `exercises/mnist.npz`, is MNIST by Yann LeCun, Corinna Cortes
and Christopher Burges, CC BY-SA 3.0; the arrays are unchanged. See [LICENSE](LICENSE).
"""


@dataclass(frozen=True)
class Site:
    """The address of the release: `address` ends in a slash; empty when nowhere."""

    address: str

    @property
    def github(self) -> str:
        """`OWNER/REPOSITORY` when the site is GitHub Pages, else empty."""
        parts = urlsplit(self.address)
        found = re.fullmatch(r"([\w-]+)\.github\.io", parts.netloc, re.IGNORECASE)
        folder = parts.path.strip("/")
        if not found or "/" in folder:
            return ""
        return f"{found[1]}/{folder or parts.netloc}"

    def colab(self, name: str) -> str:
        """Returns the address that opens the exercise `name` on Colab."""
        return f"https://colab.research.google.com/github/{self.github}/blob/main/exercises/{name}.ipynb"

    def binder(self, name: str) -> str:
        """Returns the address that opens the exercise `name` on Binder."""
        notebook = quote(f"lab/tree/exercises/{name}.ipynb", safe="")
        return f"https://mybinder.org/v2/gh/{self.github}/main?urlpath={notebook}"


def release(output: Path, address: str | None = None, exercises: Sequence[str] = ()) -> str:
    """Writes the release into the folder `output`; returns remarks on it.

    Args:
        output: made where it is missing. An earlier release in it is replaced, and the remarks list the differences; a
            `.git` folder stays.
        address: where the book will be read; `course.address()` when None.
        exercises: the names of those that go out, in addition to those of the earlier release in the folder: nothing
            that was handed out is taken back. All that can be built when none is named.

    Raises:
        CourseError: the address is not valid, an exercise that was named cannot be built or none can, something hidden
            would get out, the book does not build, or `output` holds something else. Then nothing was written.
    """
    site = Site(course.address() if address is None else course.checked_address(address))
    earlier = _earlier_release(output)
    before = _files_of(output, earlier)
    out = set(changes.exercises_in(before)) & set(course.exercise_names()) - set(exercises) if exercises else set()
    names, left_out = _ready([*exercises, *sorted(out)])
    _build_book()
    page = built_page(names, site, course.BUILD / PAGE)
    files = put_together(names, site, page)
    printed = _printed_book()
    # A PDF cannot be searched. The page it was printed from is searched instead.
    check(files | ({f"{PDF}/index.html": printed.page} if printed else {}), names, page.others if page else ())
    if printed:
        files = with_pdf(files, printed.pdf)
    _write(output, files, earlier)
    different = changes.changes(before, _of_learners(files)) if earlier else []
    return _summary(output, files, names, site, left_out, out, different if earlier else None)


def _ready(exercises: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Builds them; returns the names of those that go out, and for all others why they do not."""
    course.require_known(exercises)
    known = course.exercise_names()
    names = [name for name in known if name in exercises] if exercises else known
    left_out = {name: "it was not named" for name in known if name not in names}
    try:
        build_exercises(names)
    except BuildError as error:
        if exercises or len(error.failures) == len(names):
            raise
        left_out |= error.failures
    return [name for name in names if name not in left_out], left_out


def _secrets(names: Collection[str]) -> Iterator[leaks.Secrets]:
    """Yields what nobody may see, also of exercises that do not go out, as long as their masters can be read."""
    for name in course.exercise_names():
        try:
            yield leaks.secrets(course.master(name))
        except CourseError:
            if name in names:
                raise


def check(files: Mapping[str, bytes], names: list[str], of_others: Collection[str] = ()) -> None:
    """Refuses `files` if they give away anything of an exercise; those called `names` go out.

    Files that others made before the course are recognized by their hash in `of_others`, and are not searched.

    Raises:
        CourseError: they do; the message names the finds and the files.
    """
    found = leaks.find(files, _secrets(names), of_others=of_others)
    if found:
        shown = listed([str(leak) for leak in found], 20, NEW_LINE)
        raise CourseError(f"Nothing was released, for it would give away:\n  {shown}\n"
                          "Change these files, or the master, and run `autograder release` again.")


# --- Putting together --------------------------------------------------------------------------------------


def put_together(names: list[str], site: Site, page: Page | None = None) -> dict[str, bytes]:
    """Returns everything to be written, by its path in the output folder."""
    exercises = _exercises(names, site)
    zipped = zips.make_zip({f"{REPOSITORY}/{path}": data for path, data in exercises.items()})
    pages = _site(exercises, zipped, site, page is not None)
    if page:
        pages |= {f"{PAGE}/{path}": data for path, data in page.files.items()}
    files = {f"{REPOSITORY}/exercises/{path}": data for path, data in exercises.items()}
    files |= {f"{REPOSITORY}/docs/{path}": data for path, data in pages.items()}
    files[f"{REPOSITORY}/docs/.nojekyll"] = b""  # without it GitHub Pages leaves out folders such as _static
    files[f"{REPOSITORY}/LICENSE"] = (course.ROOT / "LICENSE").read_bytes()
    files[f"{REPOSITORY}/README.md"] = _readme(site, names).encode()
    files[f"{REPOSITORY}/environment.yml"] = _environment().encode()
    files[EXERCISES_ZIP] = zipped
    files[BOOK_ZIP] = _book_zip(pages)
    return files


@dataclass(frozen=True)
class Page:
    """The site in which the exercises run in the browser.

    Attributes:
        files: by path in it.
        others: the hashes (SHA-256) of the files in it that others made.
    """

    files: dict[str, bytes]
    others: set[str]


def built_page(names: list[str], site: Site, folder: Path) -> Page | None:
    """Returns the site from `make page` in `folder`, with the exercises called `names`; None if it is not current."""
    exercises = _exercises(names, site)
    try:
        files, others = with_exercises(exercises, folder)
    except CourseError:
        return None
    return Page(files, others)


@dataclass(frozen=True)
class Printed:
    """The printed book, and the one long page that was printed."""

    pdf: bytes
    page: bytes


def _printed_book() -> Printed | None:
    """Returns the PDF from `make pdf`, unless a page changed afterward: then the book's build has removed it."""
    pdf, page = course.BUILD / "book" / PDF, course.BUILD / "book" / "singlehtml" / "index.html"
    return Printed(pdf.read_bytes(), page.read_bytes()) if pdf.exists() and page.exists() else None


def with_pdf(files: Mapping[str, bytes], pdf: bytes) -> dict[str, bytes]:
    """Returns the release with the printed book: beside the zips, in the book, and linked to from its first page."""
    docs = f"{REPOSITORY}/docs/"
    first = files[f"{docs}index.html"].decode()
    link = f'<p>To print it: <a class="reference external" href="{PDF}">the whole book as one PDF</a>.</p>'
    files = {**files, f"{docs}index.html": first.replace(PDF_LINK_HERE, link).encode(), f"{docs}{PDF}": pdf, PDF: pdf}
    pages = {path.removeprefix(docs): data for path, data in files.items() if path.startswith(docs)}
    return files | {BOOK_ZIP: _book_zip(pages)}


def _book_zip(pages: Mapping[str, bytes]) -> bytes:
    return zips.make_zip({f"{REPOSITORY}-book/{path}": data for path, data in pages.items() if path != ".nojekyll"})


def _exercises(names: list[str], site: Site) -> dict[str, bytes]:
    """Returns the learners' folder, by path in it."""
    plain = ["requirements.txt", *course.SUPPORT_FILES]
    for name in names:
        exercise = course.assignment(name)
        plain += [f"tests/{name}/{question.name}.py" for question in exercise.questions]
        beside = (course.CAUSES, course.TRIED, course.FORMERLY)
        plain += [f"tests/{name}/{file}" for file in beside if (exercise.public_tests / file).is_file()]
    files = {path: (course.EXERCISES / path).read_bytes() for path in plain}
    listed = (course.EXERCISES / "README.md").read_text(encoding="utf-8").splitlines(keepends=True)
    files["README.md"] = "".join(line for line in listed if not (row := ROW.match(line)) or row[1] in names).encode()
    for name in names:
        files[f"{name}.ipynb"] = released_notebook((course.EXERCISES / f"{name}.ipynb").read_bytes(), site)
    return files


def released_notebook(data: bytes, site: Site) -> bytes:
    """Returns a learner's notebook with links to the released book, and with a cell that makes it run on Colab.

    Without an address it names the chapters without links.
    """
    notebook = json.loads(data)

    def link(found: re.Match[str]) -> str:
        words, page, anchor = found[1], found[2], found[3] or ""
        return f"[{words}]({site.address}{page}{anchor})" if site.address else f"*{words}*"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(link, "".join(cell["source"]))
    if site.address:
        first = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
        code = FETCH.format(address=site.address, zip=EXERCISES_ZIP, folder=REPOSITORY)
        notebook["cells"].insert(first, {"cell_type": "code", "execution_count": None, "id": "fetch",
                                         "metadata": {}, "outputs": [], "source": code})
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _site(exercises: Mapping[str, bytes], zipped: bytes, site: Site, page: bool) -> dict[str, bytes]:
    """Returns the built book, its downloads replaced by those that are released, by path in the site.

    With `page` it has links to the page in which the exercises run.
    """
    built = course.BUILD / "book" / "html"
    listed = set(LISTED.findall((course.BOOK / "_toc.yml").read_text(encoding="utf-8")))
    kept_back = {f"{name}.ipynb" for name in course.exercise_names()} - set(exercises)
    files: dict[str, bytes] = {}
    for path in sorted(path for path in built.rglob("*") if path.is_file()):
        name = path.relative_to(built).as_posix()
        if name == ".buildinfo" or _is_left_over(name, listed):
            continue
        if name.startswith("_downloads/") and path.name in kept_back:
            continue
        files[name] = path.read_bytes()
        if name.startswith("_downloads/") and path.name in exercises:
            files[name] = exercises[path.name]
        elif path.suffix in (".html", ".yml", ".md", ".txt"):
            text = _with_addresses(files[name].decode(), site, kept_back)
            there = {path.removesuffix(".ipynb") for path in exercises} if page else set()
            files[name] = with_links_to_the_page(text, "../" * name.count("/"), there).encode()
    return files | {EXERCISES_ZIP: zipped}


def _is_left_over(name: str, listed: set[str]) -> bool:
    """Returns whether a file belongs to a page that is no longer in the table of contents: Sphinx leaves it there."""
    path = PurePosixPath(name)
    if path.parts[0] == "_sources":
        return path.relative_to("_sources").with_suffix("").as_posix() not in listed
    of_a_page = path.suffix == ".html" and path.parts[0] not in ("_static", "mathjax", "demo", "_downloads")
    return of_a_page and path.with_suffix("").as_posix() not in listed | {"genindex", "search"}


def _with_addresses(page: str, site: Site, kept_back: Collection[str] = ()) -> str:
    """Returns a page with links to Colab and Binder behind each exercise's download, and with the address filled in.

    The address goes into the head as well, for the picture that a chat shows of a link.

    For a notebook that is `kept_back` the page says so, and has no link.
    """
    def launch(found: re.Match[str]) -> str:
        if f"{found[1]}.ipynb" in kept_back:
            return f"{found[1]}.ipynb (not handed out yet)"
        if not site.github:
            return found[0]
        links = [f'<a class="reference external" href="{html.escape(where)}">{words}</a>'
                 for words, where in (("Colab", site.colab(found[1])), ("Binder", site.binder(found[1])))]
        return f"{found[0]} (or open it on {' or '.join(links)})"

    page = DOWNLOAD.sub(launch, page)
    page = page.replace(CARD_HERE, CARD.format(address=html.escape(site.address)) if site.address else "")
    return page.replace(PLACEHOLDER, site.address) if site.address else page


def with_links_to_the_page(text: str, to_root: str, names: Collection[str]) -> str:
    """Returns a page of the book on which each of these exercises can be opened in the browser."""
    return PAGE_LINK_HERE.sub(
        lambda found: PAGE_LINK.format(to_root=to_root, name=found[1]) if found[1] in names else "", text)


def _readme(site: Site, names: list[str]) -> str:
    book = f"<{site.address}>." if site.address else "open `docs/index.html`."
    rows = [f"  - `{name}.ipynb` on [Colab]({site.colab(name)}) or [Binder]({site.binder(name)})" for name in names]
    online = "\n".join(["- **Without installing anything**, in the browser:", *rows, ""]) if site.github else ""
    return README.format(book=book, online=online)


def _environment() -> str:
    """Returns the learners' environment for Anaconda and Binder; the Pythons are those of ours."""
    ours = (course.ROOT / "environment.yml").read_text(encoding="utf-8")
    found = re.search(r"^  - python(\S+)$", ours, re.MULTILINE)
    if found is None:
        raise CourseError("environment.yml names no Python. It needs a line `- python>=3.11,<3.14`.")
    return ENVIRONMENT.format(python=found[1])


# --- Before and after --------------------------------------------------------------------------------------


def _build_book() -> None:
    done = subprocess.run([sys.executable, str(course.BOOK / "build.py")], env=course.quiet_environment())
    if done.returncode:
        raise CourseError("Nothing was released, for the book was not built; see above.")


def _earlier_release(output: Path) -> list[Path]:
    """Returns the files of the release that lies in `output`.

    Raises:
        CourseError: something else lies there.
    """
    record = output / RECORD
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return []
    try:
        paths = [output / name for name in json.loads(record.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise CourseError(f"{output} is not empty and holds no earlier release. Name another folder with "
                          "--output, or empty this one.") from None
    return [path for path in paths if path.resolve().is_relative_to(output.resolve())]


def _of_learners(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns the files of the learners' repository, by path in it."""
    return {path.removeprefix(f"{REPOSITORY}/"): data for path, data in files.items()
            if path.startswith(f"{REPOSITORY}/")}


def _files_of(output: Path, earlier: Sequence[Path]) -> dict[str, bytes]:
    """Returns those of the earlier release; a file that somebody removed is not among them."""
    return _of_learners({path.relative_to(output).as_posix(): path.read_bytes() for path in earlier if path.is_file()})


def _write(output: Path, files: Mapping[str, bytes], earlier: list[Path]) -> None:
    record = json.dumps({"files": sorted(files)}, indent=1) + "\n"
    try:
        for path in earlier:
            if path.relative_to(output).as_posix() not in files:
                path.unlink(missing_ok=True)
        for name, data in files.items():
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            (output / name).write_bytes(data)
        (output / RECORD).write_text(record, encoding="utf-8")
    except OSError as error:
        raise CourseError(f"The release could not be written: {error}. Then run it again.") from None


def _summary(
    output: Path, files: Mapping[str, bytes], names: list[str], site: Site, left_out: Mapping[str, str],
    stays: Collection[str], different: Sequence[str] | None,
) -> str:
    """Returns the remarks: `different` from the release before, None where there was none; `stays` was in that."""
    megabytes = sum(len(data) for name, data in files.items() if name.startswith(REPOSITORY + "/")) / 1e6
    where = site.address or "nowhere yet: notebooks name the chapters and do not link to them. Set it in pyproject.toml"
    return "\n".join([
        *(f"{name} is left out: {why}" for name, why in left_out.items()),
        *(f"{name} stays: it was handed out before" for name in sorted(stays)),
        *(["Nothing is different from the release before."] if different == [] else
          ["Different from the release before:", *(f"  {line}" for line in different)] if different else []),
        f"Nothing hidden of {len(names)} exercises was found in {len(files)} files.",
        f"learners' repository   {output / REPOSITORY} ({megabytes:.0f} MB)",
        f"exercises              {output / EXERCISES_ZIP}",
        f"book                   {output / BOOK_ZIP}",
        *([f"printed book           {output / PDF}"] if PDF in files else []),
        *([] if any(name.startswith(f"{REPOSITORY}/docs/{PAGE}/") for name in files) else
          ["the page               left out: it is not built as it is now. Run `make page`, and release again"]),
        f"the book's address     {where}",
        *([] if site.github or not site.address else
          ["Colab and Binder       no links: they open what lies on GitHub, and this address is not GitHub Pages"]),
    ])
