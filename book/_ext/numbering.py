"""Chapters, and the figures of appendices, carry what their file's name carries, whatever else of the book exists.

Sphinx counts the pages of the table of contents. While a chapter is missing, every later one would then have
another number than the exercises, the graders' feedback and the other chapters call it.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector


def chapter_number(page: str) -> int | str | None:
    """The number in a page's name: 7 for `learning/07-optimizer`, "6b" for `06b-...`; None for a page without."""
    found = re.search(r"(?:^|/)(\d\d)([a-z]?)-[^/]*$", page)
    if not found:
        return None
    return f"{int(found[1])}{found[2]}" if found[2] else int(found[1])


def appendix_letter(page: str) -> str | None:
    """The letter in a page's name: "A" for `appendix/a-field-guide`; None for a page without."""
    found = re.search(r"(?:^|/)appendix/([a-z])-[^/]*$", page)
    return found[1].upper() if found else None


def renumber_figures(env: BuildEnvironment) -> None:
    """Puts an appendix' letter, which its title has already, before the numbers of its figures."""
    for page, kinds in env.toc_fignumbers.items():
        letter = appendix_letter(page)
        for numbers in kinds.values() if letter else ():
            numbers.update({anchor: (letter, *number) for anchor, number in numbers.items() if letter not in number})


def renumber(env: BuildEnvironment) -> None:
    """Replaces the first part of every section number by the chapter's own."""
    for page, numbers in env.toc_secnumbers.items():
        chapter = chapter_number(page)
        if chapter is None:
            continue
        numbers.update({anchor: (chapter, *number[1:]) for anchor, number in numbers.items() if number})
        # Lists, because sphinx-external-toc assigns to their elements at the next build.
        env.titles[page]["secnumber"] = [chapter]
        for reference in env.tocs[page].findall(nodes.reference):
            if reference.get("secnumber"):
                reference["secnumber"] = [chapter, *reference["secnumber"][1:]]


def setup(app: Sphinx) -> None:
    """Follows sphinx-external-toc's numbering of sections, before Sphinx numbers the figures by it."""
    assign = Collector.assign_section_numbers
    if getattr(assign, "by_file_name", False):  # a second build in one process
        return

    def assign_by_file_name(self: Collector, env: BuildEnvironment) -> list[str]:
        changed = assign(self, env)
        renumber(env)
        return changed

    assign_figures = Collector.assign_figure_numbers

    def assign_figures_by_file_name(self: Collector, env: BuildEnvironment) -> list[str]:
        changed = assign_figures(self, env)
        renumber_figures(env)
        return changed

    assign_by_file_name.by_file_name = True  # type: ignore[attr-defined]
    Collector.assign_section_numbers = assign_by_file_name
    Collector.assign_figure_numbers = assign_figures_by_file_name
