"""How long a chapter takes to read, and how far a reader has come: in the sidebar.

The time is that of the text's words and of the code that is not folded, at 238 words a minute, the mean of adults who
read English prose in silence (M. Brysbaert, "How many words do we read per minute? A review and meta-analysis of
reading rate", Journal of Memory and Language 109, 2019). What a page computes is looked at, not read, and nobody knows
how long one thinks: so it stands there as "about". What has been read is kept in the reader's browser alone; see
`_static/reading.js`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from numbering import chapter_number
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

WORDS_PER_MINUTE = 238
NOT_READ = (nodes.raw, nodes.comment, nodes.target)
SKIPPED = {"cell_output", "tag_hide-input", "tag_hide-cell"}


def text(node: nodes.Node) -> Iterator[str]:
    """The texts that one reads below `node`, one after another."""
    if isinstance(node, nodes.Text):
        yield str(node)
    elif isinstance(node, nodes.Element) and not isinstance(node, NOT_READ) and not SKIPPED & set(node["classes"]):
        for child in node.children:
            yield from text(child)


def minutes(doctree: nodes.document) -> int:
    """How long the page takes to read, in whole minutes, at least one."""
    words = sum(len(re.findall(r"\w+(?:['’.-]\w+)*", part)) for part in text(doctree))
    return max(1, round(words / WORDS_PER_MINUTE))


def chapters(env: BuildEnvironment) -> list[dict[str, Any]]:
    """Of each chapter, in the book's order: `page`, `number` and `minutes`. They are read once for all pages."""
    if not hasattr(env.app, "reading_times"):
        env.app.reading_times = [  # type: ignore[attr-defined]
            {"page": page, "number": chapter_number(page), "minutes": minutes(env.get_doctree(page))}
            for page in env.toctree_includes.get(env.config.root_doc, ()) if chapter_number(page) is not None]
    return env.app.reading_times  # type: ignore[attr-defined, no-any-return]


def add_times(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Gives `reading.html` the chapters, and the one that is open if it is one."""
    context["chapters"] = chapters(app.env)
    context["chapter_numbers"] = [(one["page"], one["number"]) for one in context["chapters"]]
    context["this_chapter"] = next((one for one in context["chapters"] if one["page"] == page), None)


def with_the_total(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that say how long all chapters take, if that has changed: they are written again though they have not.

    A page that is written again is a page that changed, for the printed book: so none is without a reason.
    """
    total = sum(one["minutes"] for one in chapters(env))
    if total == getattr(env, "reading_total", None):
        return []
    env.reading_total = total  # type: ignore[attr-defined]
    return [page for page in env.all_docs if chapter_number(page) is None]


def setup(app: Sphinx) -> None:
    app.connect("env-updated", with_the_total)
    app.connect("html-page-context", add_times)
