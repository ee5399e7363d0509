"""Gives every page a description, for search engines and for the card that a chat shows of a link.

A chapter is described by its question, any other page by its first paragraph, unless its front matter says better
(`myst: {html_meta: {description: ...}}`). There is no picture in the card: it would need the address of the site, which
whoever publishes the book decides.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LONGEST = 200


def shortened(text: str) -> str:
    """In one line, and cut after a word where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"


def description(doctree: nodes.document) -> str:
    """The chapter's question, or the first paragraph; empty where there is neither."""
    questions = (box for box in doctree.findall(nodes.admonition) if "question" in box["classes"])
    within: nodes.Element = next(questions, doctree)
    paragraph = next(iter(within.findall(nodes.paragraph)), None)
    return shortened(paragraph.astext()) if paragraph else ""


def add_preview(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Adds the tags to the page's head."""
    if doctree is None:
        return
    tags = context.get("metatags") or ""
    given = re.search(r'<meta content="([^"]*)" name="description"', tags)
    words = unescape(given[1]) if given else description(doctree)
    title = re.sub(r"<.*?>", "", unescape(context.get("title", "")))
    title = app.config.project if page == app.config.root_doc else title  # "Welcome" alone says nothing in a chat
    if words and not given:
        tags += f'\n<meta name="description" content="{escape(words)}" />'
    card = {"og:type": "article", "og:site_name": app.config.project, "og:title": title, "og:description": words}
    tags += "".join(f'\n<meta property="{name}" content="{escape(text)}" />' for name, text in card.items() if text)
    context["metatags"] = tags + '\n<meta name="twitter:card" content="summary" />'


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_preview)
