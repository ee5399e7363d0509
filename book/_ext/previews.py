"""Gives every page a description, for search engines and for the card that a chat shows of a link.

A chapter is described by its question, any other page by its first paragraph, unless its front matter says better
(`myst: {html_meta: {description: ...}}`). The card's picture needs the address of the site, which whoever publishes
the book decides: the pages hold its place, and `autograder release` fills it in, where there is an address.
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx

LONGEST = 200
PICTURE = "card.png"
PICTURE_HERE = "<!-- the picture of the card, where the book has an address -->"
"""See autograder/authoring/release.py."""
WIDTH, HEIGHT = 1200, 630  # what chats and social networks cut their cards to


def draw_card(data: Path, target: Path) -> None:
    """Draws forty training images, in rows, one class a column; what no card may cut off is in the middle."""
    from matplotlib.figure import Figure

    with np.load(data) as arrays:
        images, labels = arrays["x_train"][:1000], arrays["y_train"][:1000]
    columns = [np.concatenate(images[labels == digit][:4]) for digit in range(10)]
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="black")
    axes = figure.add_axes((0.05, 0.28, 0.9, 0.68))
    axes.imshow(np.concatenate(columns, axis=1), cmap="gray", interpolation="bilinear")
    axes.axis("off")
    figure.text(0.5, 0.14, "Reading Digits", color="white", fontsize=44, ha="center", va="center")
    figure.text(0.5, 0.05, "A first neural network, every line explained", color="#cccccc", fontsize=20, ha="center",
                va="center")
    figure.savefig(target, metadata={"Software": None})


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
    context["metatags"] = f"{tags}\n{PICTURE_HERE}"


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_preview)
