"""Each chapter as a plain notebook that runs where it is put: the page's ".ipynb" download.

A chapter is written in MyST Markdown, which Jupyter, Colab and VS Code do not display, and it uses modules of
this repository. So its download is translated:

* roles and directives become ordinary Markdown: numbers that the page computed, the numbers of figures and
  formulas, the names of sources are put in as text;
* a first cell finds `digits.py`, or falls back on the data that Keras downloads, and carries the figure style
  and the results of experiments with it;
* what only serves the page (glue) is left out, and so are the outputs.

A role or directive that is not translated here is a warning, which fails the build: add it then.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from pybtex.database import BibliographyData, parse_file
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

FENCE = re.compile(r"^(\s*)(:{3,}|`{3,})(?:\{([\w:-]+)\})?\s*(.*)$")
ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|mailto:|#)[^)]*\)")
BOXES = {"admonition", "note", "tip", "warning", "important", "hint", "seealso", "caution"}


class Unknown(Exception):
    """The chapter uses something that this translation does not know."""


# --- What only the built book knows ------------------------------------------------------------------------

class Book:
    """Looks up numbers, titles and sources for one page.

    Args:
        env: Sphinx's environment after all pages were read.
        page: the page's name, such as `data/02-shapes`.
        glued: the values that the page computed, by their names.
        sources: the bibliography.
    """

    def __init__(self, env: BuildEnvironment, page: str, glued: dict[str, Any],
                 sources: BibliographyData) -> None:
        self.env, self.page, self.glued, self.sources = env, page, glued, sources

    def number(self, label: str, kind: str) -> str:
        """The number of a figure or table, such as `2.1`."""
        docname, anchor, _ = self.env.domains["std"].labels.get(label, (self.page, label, ""))
        try:
            number = self.env.toc_fignumbers[docname][kind][anchor]
        except KeyError:
            raise Unknown(f"{kind} {label}") from None
        return ".".join(str(part) for part in number)

    def equation(self, label: str) -> str:
        """The number of a formula, such as `2.1`."""
        docname, _ = self.env.domains["math"].equations[label]
        numbers = self.env.toc_fignumbers[docname]["displaymath"]
        return ".".join(str(part) for part in numbers[f"equation-{label}"])

    def reference(self, label: str) -> str:
        """The heading, figure title or page title that a label stands for."""
        labels = self.env.domains["std"].labels
        if label.lower() in labels:
            return labels[label.lower()][2]
        raise Unknown(f"the label {label}")

    def title(self, target: str) -> str:
        """The title of another page, named relative to this one."""
        docname, _ = self.env.relfn2path(target.removesuffix(".md"), self.page)
        docname = docname.removesuffix(".md")
        if docname not in self.env.titles:
            raise Unknown(f"the page {target}")
        return self.env.titles[docname].astext()

    def value(self, text: str) -> str:
        """What `{glue:text}` shows: `name` or `name:format`."""
        name, _, form = text.partition(":")
        if name not in self.glued:
            raise Unknown(f"the glued value {name}")
        return format(self.glued[name], form)

    def source(self, key: str, in_sentence: bool) -> str:
        """A source as "LeCun et al., 1998", or "LeCun et al. (1998)" within a sentence."""
        entry = self.sources.entries[key]
        names = [" ".join(person.last_names) for person in entry.persons.get("author", [])]
        who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        who = who.translate(str.maketrans("", "", "{}"))
        year = entry.fields["year"]
        return f"{who} ({year})" if in_sentence else f"{who}, {year}"

    def cited(self, keys: str) -> str:
        """Sources in brackets, as they stand after a sentence."""
        return "[" + "; ".join(self.source(key.strip(), False) for key in keys.split(",")) + "]"


# --- Roles: inside a line ----------------------------------------------------------------------------------

def shown(text: str) -> str:
    """`words` of both `words` and `words <target>`."""
    return re.sub(r"\s*<[^>]*>$", "", text)


def target(text: str) -> str:
    """`target` of both `target` and `words <target>`."""
    found = re.search(r"<([^>]*)>$", text)
    return found[1] if found else text


def chapter(text: str) -> str:
    key = text.split()[-1]
    return text if text != key else f"{'chapter' if key[0].isdigit() else 'appendix'} {key}"


def numbered(text: str, book: Book) -> str:
    label = target(text)
    kind = "table" if label.startswith(("tab-", "table-", "tbl-")) else "figure"
    return f"{'Table' if kind == 'table' else 'Fig.'} {book.number(label, kind)}"


ROLES: dict[str, Callable[[str, Book], str]] = {
    "term": lambda text, book: shown(text),
    "chapter": lambda text, book: chapter(text),
    "glue:text": lambda text, book: book.value(text),
    "numref": numbered,
    "eq": lambda text, book: f"({book.equation(target(text))})",
    "ref": lambda text, book: shown(text) if "<" in text else book.reference(text),
    "doc": lambda text, book: shown(text) if "<" in text else book.title(text),
    "exercises-zip": lambda text, book: text,
    "demo": lambda text, book: shown(text),
    "download": lambda text, book: f"`{Path(target(text)).name}`",
    "cite": lambda text, book: book.cited(text),
    "cite:p": lambda text, book: book.cited(text),
    "cite:t": lambda text, book: book.source(text, True),
    "math": lambda text, book: f"${text}$",
    "kbd": lambda text, book: f"<kbd>{text}</kbd>",
    "sub": lambda text, book: f"<sub>{text}</sub>",
    "sup": lambda text, book: f"<sup>{text}</sup>",
    "abbr": lambda text, book: re.sub(r"\s*\(.*\)$", "", text),
}


def translate_line(line: str, book: Book) -> str:
    """One line of prose without roles and without links to other pages of the book."""
    def role(found: re.Match[str]) -> str:
        if found[1] not in ROLES:
            raise Unknown(f"the role {found[1]}")
        return ROLES[found[1]](found[2], book)

    return LINK.sub(r"\1", ROLE.sub(role, line))


# --- Directives: whole blocks ------------------------------------------------------------------------------

def quoted(lines: list[str]) -> Iterator[str]:
    return (f"> {line}".rstrip() for line in lines)


def directive(name: str, argument: str, body: list[str], book: Book) -> Iterator[str]:
    """A directive as plain Markdown; `body` is still untranslated, its options removed."""
    if name in BOXES:
        title = argument if name == "admonition" else argument or name.capitalize()
        yield from quoted([f"**{translate_line(title, book)}**", "", *translate(body, book)])
    elif name == "dropdown":
        yield from [f"<details><summary>{argument}</summary>", "", *translate(body, book), "", "</details>"]
    elif name == "practice":
        yield from quoted([f"**Exercise: `{argument}.ipynb`**", "", *translate(body, book)])
    elif name == "math":
        yield from ["$$", *body, "$$"]
    elif name in ("code-block", "code"):
        yield from [f"```{argument}", *body, "```"]
    elif name == "table":
        yield from [*translate(body, book), "", f"*{translate_line(argument, book)}*"]
    elif name == "raw":
        yield "*(On the web page there is something here to try out by hand.)*"
    else:
        raise Unknown(f"the directive {name}")


def translate(lines: list[str], book: Book) -> Iterator[str]:
    """MyST Markdown as plain Markdown, line by line."""
    rest = iter(lines)
    for line in rest:
        opening = FENCE.match(line)
        if opening:
            indent, fence, name, argument = opening.groups()
            body = []
            for inner in rest:
                if inner.strip() == fence:
                    break
                body.append(inner.removeprefix(indent))
            if name is None:  # a code block, or a fence that only groups
                yield from [line, *(indent + inner for inner in body), indent + fence]
            else:
                translated = directive(name, argument, without_options(body), book)
                yield from (indent + inner for inner in translated)
        elif label := re.match(r"^\s*\$\$\s*\(([\w:-]+)\)\s*$", line):
            yield from [rf"\tag{{{book.equation(label[1])}}}", "$$"]
        elif not re.match(r"^\s*(\([\w:-]+\)=|\{[.#][^}]*\}|%.*)\s*$", line):
            yield translate_line(line, book)


def without_options(body: list[str]) -> list[str]:
    """A directive's body without its `:key: value` lines, and without blank lines before the text."""
    index = 0
    if body and body[0].strip() == "---":
        index = body.index("---", 1) + 1
    while index < len(body) and re.match(r"^\s*:[\w-]+:", body[index]):
        index += 1
    while index < len(body) and not body[index].strip():
        index += 1
    return body[index:]


# --- Cells -------------------------------------------------------------------------------------------------

def without_glue(source: str) -> str:
    """A code cell without `from myst_nb import glue` and the statements that do nothing but glue."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        importing = isinstance(node, ast.ImportFrom) and node.module == "myst_nb"
        gluing = (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
                  and getattr(node.value.func, "id", "") == "glue")
        if importing or gluing:
            assert node.end_lineno
            lines[node.lineno - 1:node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


SETUP = '''\
# Set-up, so that this notebook runs wherever you put it. Beside the course's exercises it finds digits.py and
# its data; anywhere else Keras downloads the same data, once. The book's drawing style comes with it.
import sys
import types
from pathlib import Path


def module(name, **contents):
    """Makes `contents` importable under `name`."""
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(contents)


places = [place for folder in (Path.cwd(), *Path.cwd().parents) for place in (folder, folder / "exercises")]
beside = next((place for place in places if (place / "digits.py").is_file()), None)
if beside:
    sys.path.insert(0, str(beside))
else:
    import keras

    module("digits", load=keras.datasets.mnist.load_data)


def glue(name, value, display=True):
    """On the web page this puts a number into the text; here the text has its numbers already."""
'''

SETUP_RESULTS = '''
RESULTS = {results}
module("experiments", results=RESULTS.__getitem__)
'''

SETUP_FIGURES = """
FIGURES = r'''
{source}
'''
module("figures")
exec(FIGURES, sys.modules["figures"].__dict__)
"""


def setup_cell(sources: str, folder: Path) -> NotebookNode:
    """The first cell; `sources` is all code of the notebook, `folder` that of the book."""
    code = SETUP
    names = re.findall(r'\bresults\("(\w+)"\)', sources)
    if names:
        kept = {name: json.loads((folder / "experiments" / "results" / f"{name}.json").read_text())["runs"]
                for name in sorted(set(names))}
        code += SETUP_RESULTS.format(results=repr(kept))
    if re.search(r"^import figures$", sources, re.MULTILINE):
        _, _docstring, style = (folder / "figures.py").read_text(encoding="utf-8").split('"""', 2)
        code += SETUP_FIGURES.format(source=style.strip())
    cell = nbformat.v4.new_code_cell(code.strip())
    cell.metadata = NotebookNode(jupyter={"source_hidden": True})
    return cell


def caption(cell: NotebookNode, book: Book) -> NotebookNode | None:
    """The caption of a cell's figure as a cell of its own."""
    figure = cell.metadata.get("mystnb", {}).get("figure", {})
    if "caption" not in figure:
        return None
    number = f"**Fig. {book.number(figure['name'], 'figure')}** " if "name" in figure else ""
    return nbformat.v4.new_markdown_cell(number + translate_line(figure["caption"], book))


def convert(notebook: NotebookNode, book: Book, folder: Path) -> NotebookNode:
    """The executed notebook of a page as one to hand out.

    Raises:
        Unknown: it uses a role or directive that is not translated here.
    """
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cells.append(nbformat.v4.new_markdown_cell("\n".join(translate(cell.source.splitlines(), book))))
            continue
        source = without_glue(cell.source)
        if source:
            cells.append(nbformat.v4.new_code_cell(source))
            if {"hide-input", "remove-cell"} & set(cell.metadata.get("tags", ())):
                cells[-1].metadata = NotebookNode(jupyter={"source_hidden": True})
        if (below := caption(cell, book)) is not None:
            cells.append(below)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    cells.insert(1, setup_cell(code, folder))
    for index, cell in enumerate(cells):  # nbformat's own are random; the same book should be the same bytes
        cell.id = f"cell-{index}"
    plain = nbformat.v4.new_notebook(cells=cells)
    plain.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    plain.metadata.language_info = {"name": "python"}
    return plain


def glued_values(path: Path) -> dict[str, Any]:
    """What the page's cells have glued, by name; myst-nb keeps it in a file beside the notebook."""
    values: dict[str, Any] = {}
    if not path.exists():
        return values
    for name, output in json.loads(path.read_text(encoding="utf-8")).items():
        text = next((text for mime, text in output["data"].items() if mime.endswith("text/plain")), "")
        try:
            values[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            values[name] = text
    return values


# --- Wiring ------------------------------------------------------------------------------------------------

def offer_notebook(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any],
                   doctree: Any) -> None:
    """Writes the download of one page beside its source, and tells the theme's download button."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if app.builder.name != "html" or doctree is None or not executed.exists():
        return
    notebook = nbformat.read(executed, as_version=4)
    sources = parse_file(Path(app.confdir, "references.bib"), "bibtex")
    book = Book(app.env, pagename, glued_values(executed.with_suffix(".glue.json")), sources)
    try:
        plain = convert(notebook, book, Path(app.confdir))
    except Unknown as what:
        logger.warning("the download of this page cannot be made: _ext/notebooks.py does not know %s", what,
                       location=pagename)
        return
    target_path = Path(app.outdir, "_sources", f"{pagename}.ipynb")
    target_path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(plain, target_path)
    context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app: Sphinx) -> None:
    # Before the theme makes its buttons, which happens at priority 501.
    app.connect("html-page-context", offer_notebook, priority=400)
