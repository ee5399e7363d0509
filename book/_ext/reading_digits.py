"""The book's own Sphinx extension: what the stock theme lacks to work offline and for everybody.

* removes `sphinx_thebe`, which puts an outside address and a script error on every page;
* puts MathJax, the live demos and a zip of the exercises into `build/book/extra`, which Sphinx copies into
  the site;
* warns where a picture has no alternative text, and `build.py` makes warnings errors;
* mends what the theme does wrong for screen readers and keyboards;
* adds `practice`, a box that leads from a chapter to its exercise, and `exercise-index`;
* adds links to chapters by number and to settings of demos (`links.py`), and a program whose lines lead to their
  chapters (`program.py`);
* gives every chapter a download as a plain notebook that runs where it is put (`notebooks.py`);
* gives every chapter the number in its file's name (`numbering.py`);
* leaves the icons away that no page shows (`icons.py`);
* gives every page a description, and the card of a link its picture (`previews.py`);
* says how long a chapter takes to read, and how far one has come (`reading.py`);
* loads MathJax where there is a formula only (`formulas.py`);
* marks in the answers of questions what is said of which option (`questions.py`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accessibility
import formulas
import icons
import links
import nbformat
import notebooks
import numbering
import previews
import program
import questions
import reading
import requests
from docutils import nodes
from docutils.parsers.rst import Directive
from links import page_link
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

EXERCISES_ZIP = "reading-digits-exercises.zip"
MATHJAX_PARTS = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")


# --- What the site needs besides the pages -----------------------------------------------------------------

def prepare_extra_files(app: Sphinx, config: Any) -> None:
    """Fills the folder that `html_extra_path` names, before Sphinx looks whether it is there."""
    extra = Path(app.confdir, config.html_extra_path[0]).resolve()
    extra.mkdir(parents=True, exist_ok=True)
    copy_mathjax(extra / "mathjax")
    copy_demo(Path(app.confdir, "demo"), extra / "demo")
    zip_exercises(Path(app.confdir).parent / "exercises", extra / EXERCISES_ZIP)
    previews.draw_card(Path(app.confdir).parent / "exercises" / "mnist.npz", extra / previews.PICTURE)


def copy_mathjax(target: Path) -> None:
    """Copies the tenth of MathJax that formulas need from the package that carries it, with the license."""
    if (target / "LICENSE").exists():
        return
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package sphinx-mathjax-offline is not installed: pip install -e '.[book]'")
    source = Path(spec.origin).parent / "static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / part, target / part)
    # MathJax is under the Apache License 2.0, as Requests is, which carries the license's text.
    license_text = next(Path(requests.__file__).parent.parent.glob("requests-*.dist-info/**/LICENSE"))
    header = "MathJax, copyright The MathJax Consortium, https://www.mathjax.org, is under this license.\n\n"
    (target / "LICENSE").write_text(header + license_text.read_text(encoding="utf-8"), encoding="utf-8")


def copy_demo(source: Path, target: Path) -> None:
    """Copies the scripts and style sheets of the live demos; pages name them relative to themselves."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in sorted(source.glob("*")):
        if path.suffix in (".js", ".css"):
            shutil.copy2(path, target / path.name)


def zip_exercises(folder: Path, target: Path) -> None:
    """Packs what a learner needs (notebooks, public checks, `digits.py`, the data) into one zip."""
    unwanted = {"__pycache__", ".ipynb_checkpoints", ".OTTER_LOG"}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not unwanted & set(path.parts))
    if target.exists() and all(path.stat().st_mtime < target.stat().st_mtime for path in [folder, *files]):
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = zipfile.ZipInfo(f"reading-digits/{path.relative_to(folder).as_posix()}")
            name.external_attr = 0o644 << 16
            compress = zipfile.ZIP_STORED if path.suffix == ".npz" else zipfile.ZIP_DEFLATED
            archive.writestr(name, path.read_bytes(), compress)


# --- Executed again ----------------------------------------------------------------------------------------

def executed_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str],
                   removed: set[str]) -> list[str]:
    """The pages that `build.py` has executed since they were read, though their own text did not change."""
    record = Path(app.outdir).parent / "executed.json"
    if not record.exists():
        return []
    executed = {name.removesuffix(".md"): known["executed"]
                for name, known in json.loads(record.read_text(encoding="utf-8")).items()}
    return [page for page, when in executed.items() if env.all_docs.get(page, float("inf")) < when * 1e6]


# --- Checks ------------------------------------------------------------------------------------------------

def check_alternative_texts(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            logger.warning(
                "picture without alternative text: add `mystnb: {image: {alt: ...}}` to the cell, or `:alt:`",
                location=(docname, image.line or getattr(image.parent, "line", None)))


# --- Exercises ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Exercise:
    """An exercise as its notebook's first cell presents it; `extent` like "15 points, about 40 minutes"."""

    name: str
    title: str
    extent: str
    chapters: tuple[str, ...]


def read_exercise(notebook: Path) -> Exercise:
    opening = nbformat.read(notebook, as_version=4).cells[0].source
    title = re.search(r"^# (.+)$", opening, re.MULTILINE)
    extent = re.search(r"\*(\d+ points, about \d+ minutes)", opening)
    if not title or not extent:
        raise ValueError(f"{notebook.name} does not begin with `# Title` and `*N points, about M minutes.`")
    chapters = re.findall(r"\((?:\S*/html/|book:)([\w/-]+?)(?:\.html)?\)", opening)
    return Exercise(notebook.stem, title[1], extent[1], tuple(chapters))


def exercise_folder(env: BuildEnvironment) -> Path:
    return Path(env.srcdir).parent / "exercises"


def download_link(env: BuildEnvironment, name: str) -> nodes.Node:
    """A link that downloads the notebook of an exercise."""
    return addnodes.download_reference(
        "", "", nodes.inline("", f"{name}.ipynb"), reftarget=f"/../exercises/{name}.ipynb",
        refdoc=env.docname, reftype="download", refdomain="", refexplicit=True, refwarn=False)


def page_link_here(name: str) -> nodes.Node:
    """Where a release puts the link that opens the exercise in the browser; see autograder/authoring/release.py."""
    return nodes.raw("", f"<!-- the link to {name} in the page, where there is one -->", format="html")


def zip_link(env: BuildEnvironment, words: str) -> nodes.Node:
    """A link that downloads all exercises."""
    to_root = "../" * env.docname.count("/")
    return nodes.reference("", words, refuri=to_root + EXERCISES_ZIP, internal=True)


class Practice(Directive):
    """`:::{practice} 02-preprocessing` with a sentence on what there is to do: a box with the downloads."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        env = self.state.document.settings.env
        notebook = exercise_folder(env) / f"{name}.ipynb"
        env.note_dependency(str(notebook))
        box = nodes.admonition(classes=["practice"])
        if not notebook.exists():
            logger.warning("there is no exercise %s; run `autograder build`", name,
                           location=(env.docname, self.lineno))
            return [box]
        exercise = read_exercise(notebook)
        box += nodes.title("", exercise.title)
        self.state.nested_parse(self.content, self.content_offset, box)
        everything = zip_link(env, "all exercises with data and checks, as one zip")
        box += nodes.paragraph(
            "", "", nodes.Text(f"{exercise.extent}. Download "), download_link(env, name),
            nodes.Text(", or "), everything, nodes.Text("."), page_link_here(name),
            classes=["practice-downloads"])
        return [box]


class ExerciseIndex(Directive):
    """`{exercise-index}`: a table of all exercises, with their chapters and downloads."""

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        env.note_dependency(str(exercise_folder(env)))
        env.note_dependency(str(Path(env.srcdir, "_toc.yml")))
        toc = Path(env.srcdir, "_toc.yml").read_text(encoding="utf-8")
        listed = re.findall(r"^ *- file: (\S+)", toc, re.MULTILINE)
        table = nodes.table(classes=["exercise-index"])
        group = nodes.tgroup("", nodes.colspec(colwidth=50), nodes.colspec(colwidth=50), cols=2)
        head = nodes.row("", *(nodes.entry("", nodes.paragraph("", words))
                               for words in ("Exercise", "Chapters and download")))
        body = nodes.tbody()
        for notebook in sorted(exercise_folder(env).glob("[0-9][0-9]-*.ipynb")):
            env.note_dependency(str(notebook))
            exercise = read_exercise(notebook)
            chapters = nodes.paragraph()
            for page in exercise.chapters:
                if page in listed:
                    chapters += [nodes.Text(", ")] if len(chapters) else []
                    chapters += page_link(env, page, "")
            title = nodes.paragraph("", "", nodes.strong("", exercise.title))
            download = nodes.paragraph("", "", download_link(env, exercise.name), page_link_here(exercise.name))
            body += nodes.row("", nodes.entry("", title, nodes.paragraph("", exercise.extent)),
                              nodes.entry("", chapters, download))
        group += [nodes.thead("", head), body]
        table += group
        return [table]


def zip_role(name: str, rawtext: str, text: str, lineno: int, inliner: Any,
             options: Any = None, content: Any = None) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """`{exercises-zip}`words``: a link that downloads all exercises."""
    return [zip_link(inliner.document.settings.env, text)], []


def digest_of_sources(book: Path) -> int:
    """Changes when the extension or a template does: then Sphinx reads and writes every page again."""
    digest = hashlib.sha256()
    for path in sorted([*(book / "_ext").glob("*.py"), *(book / "_templates").glob("*.html")]):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:6], "big")


# --- Wiring ------------------------------------------------------------------------------------------------

def remove_thebe(app: Sphinx) -> None:
    """Takes out the handlers and the style sheet that `sphinx_thebe` has registered."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if not one.handler.__module__.startswith("sphinx_thebe")]
    app.registry.css_files[:] = [one for one in app.registry.css_files if one[0] != "sphinx-thebe.css"]


def setup(app: Sphinx) -> dict[str, Any]:
    remove_thebe(app)
    app.connect("config-inited", prepare_extra_files, priority=100)
    app.connect("env-get-outdated", executed_again)
    app.connect("doctree-resolved", check_alternative_texts)
    app.add_directive("practice", Practice)
    app.add_directive("exercise-index", ExerciseIndex)
    app.add_role("exercises-zip", zip_role)
    accessibility.setup(app)
    formulas.setup(app)
    icons.setup(app)
    links.setup(app)
    notebooks.setup(app)
    numbering.setup(app)
    previews.setup(app)
    program.setup(app)
    questions.setup(app)
    reading.setup(app)
    return {"version": "1", "env_version": digest_of_sources(Path(app.confdir)), "parallel_read_safe": True,
            "parallel_write_safe": True}
