"""Links to chapters by their number, which is how a page speaks of another one, and to settings of a live demo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def page_link(env: BuildEnvironment, page: str, words: str) -> nodes.Node:
    """A link to a page, with these words; its title if they are empty."""
    return addnodes.pending_xref(
        "", nodes.inline("", words), reftarget=f"/{page}", refdoc=env.docname,
        reftype="doc", refdomain="std", refexplicit=bool(words), refwarn=True)


def chapter_in(toc: Path, key: str) -> tuple[bool, str]:
    """Whether the chapter of this number or letter is only planned (its line is a comment), and its page, or ""."""
    stem = f"{key.zfill(len(key.lstrip('0123456789')) + 2)}-" if key[0].isdigit() else f"{key.lower()}-"
    found = re.search(rf"^( *#)?.*file: (\S*/{stem}\S+)", toc.read_text(encoding="utf-8"), re.MULTILINE)
    return (bool(found[1]), found[2]) if found else (False, "")


def chapter_role(name: str, rawtext: str, text: str, lineno: int, inliner: Any,
                 options: Any = None, content: Any = None) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """`{chapter}`7``, `{chapter}`6b`` or `{chapter}`A``: "chapter 7", a link as soon as the contents have that page.

    The words before the number may be given: `{chapter}`Chapter 7`` at the start of a sentence.
    """
    env = inliner.document.settings.env
    toc = Path(env.srcdir, "_toc.yml")
    env.note_dependency(str(toc))
    key = text.split()[-1]
    planned, page = chapter_in(toc, key)
    if not page:
        message = inliner.reporter.error(f"there is no chapter {key} in _toc.yml", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    words = text if text != key else f"{'chapter' if key[0].isdigit() else 'appendix'} {key}"
    if planned:
        return [nodes.inline("", words, classes=["chapter-missing"])], []
    return [page_link(env, page, words)], []


def demo_role(name: str, rawtext: str, text: str, lineno: int, inliner: Any,
              options: Any = None, content: Any = None) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """`{demo}`words <learn?rate=1>``: a link that sets up the demo of the same page, by its address."""
    found = re.fullmatch(r"(.+?)\s*<([a-z]+)(\?[^>]+)>", text, re.DOTALL)
    if not found:
        message = inliner.reporter.error(f"{text!r} is not of the form `words <demo?name=value>`", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    words, demo, query = found.groups()
    return [nodes.reference(rawtext, words, refuri=f"{query}#rd-{demo}", internal=True)], []


def setup(app: Sphinx) -> None:
    app.add_role("chapter", chapter_role)
    app.add_role("demo", demo_role)
