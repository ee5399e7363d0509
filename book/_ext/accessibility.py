"""Mends what the stock writers do wrong for screen readers; contrast is the style sheet's business."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """A source of the bibliography, without the deprecated ARIA roles that Docutils gives it."""
    translator.body.append(translator.starttag(node, "div", CLASS="citation"))


def depart_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    translator.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    handlers: Any = (visit_citation, depart_citation)
    app.add_node(nodes.citation, override=True, html=handlers, singlehtml=handlers)
