"""The `{linked-program}` directive: a program in which each line is a link to the chapter that explains it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from links import chapter_in
from sphinx.application import Sphinx


@dataclass(frozen=True)
class Line:
    """A line of the program, and the chapter that explains it: "4", or "6b"."""

    code: str
    chapter: str


def read_program(path: Path) -> list[Line]:
    """The lines of a program, each of which ends with its chapter as a comment: `x = images / 255  # 3`.

    Empty lines are left out.

    Raises:
        ValueError: a line names no chapter.
    """
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip():
            continue
        found = re.fullmatch(r"(.*\S)  # (\d+[a-z]?)", text)
        if not found:
            raise ValueError(f"{path.name}, line {number}: it does not end with its chapter, like `  # 3`: {text!r}")
        lines.append(Line(found[1], found[2]))
    return lines


class LinkedProgram(Directive):
    """`{linked-program} first_program.py`: the file, which lies beside `_toc.yml`, line by line.

    The files of chapters begin with their number, and _toc.yml lists them: so a line's chapter is found.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        env = self.state.document.settings.env
        path = Path(env.srcdir, self.arguments[0])
        toc = Path(env.srcdir, "_toc.yml")
        env.note_dependency(str(path))
        env.note_dependency(str(toc))
        try:
            lines = read_program(path)
        except (OSError, ValueError) as error:
            return [self.state.document.reporter.error(str(error), line=self.lineno)]
        listed = nodes.enumerated_list(classes=["program"], enumtype="arabic")
        for line in lines:
            planned, page = chapter_in(toc, line.chapter)
            if planned or not page:
                return [self.state.document.reporter.error(
                    f"{path.name}: there is no chapter {line.chapter} in _toc.yml", line=self.lineno)]
            code = line.code.lstrip()
            # The indentation stands apart: Sphinx strips code that it colors inside a line.
            indentation = nodes.inline("", line.code[:len(line.code) - len(code)], classes=["program-indentation"])
            chapter = nodes.inline("", "", nodes.inline("", "Chapter ", classes=["program-word"]),
                                   nodes.Text(line.chapter), classes=["program-chapter"])
            link = nodes.reference("", "", indentation, nodes.literal("", code, classes=["code"], language="python"),
                                   nodes.Text(" "), chapter, internal=True, leads_to=page)
            listed += nodes.list_item("", nodes.paragraph("", "", link))
        return [listed]


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Gives each line its address. (A `pending_xref` would be resolved to plain text, without the code's colors.)"""
    for link in doctree.findall(lambda node: isinstance(node, nodes.reference) and "leads_to" in node):
        link["refuri"] = app.builder.get_relative_uri(docname, link["leads_to"])


def setup(app: Sphinx) -> None:
    app.add_directive("linked-program", LinkedProgram)
    app.connect("doctree-resolved", resolve)
