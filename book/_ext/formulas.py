"""MathJax comes with the pages that hold a formula, and with no other.

Sphinx gives it to a page, too, whose table of contents lists one with a formula: to the book's first page, that is.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain


class OwnFormulas(MathDomain):
    """A page has equations if there are some on itself."""

    def has_equations(self, docname: str | None = None) -> bool:
        pages: dict[str, bool] = self.data["has_equations"]
        return any(pages.values()) if docname is None else pages.get(docname, False)


def setup(app: Sphinx) -> None:
    app.add_domain(OwnFormulas, override=True)
