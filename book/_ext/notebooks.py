"""Each chapter as a plain notebook that runs where it is put."""

from __future__ import annotations

from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    pass
