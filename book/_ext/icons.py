"""Of the two thousand icons that the theme loads on every page, those that the book shows.

Font Awesome's script has all of them, and would be more than a third of what the heaviest pages load. After the pages
are written, the script is written again, with the icons only that some page or script names.
"""

from __future__ import annotations

import re
from pathlib import Path

import pydata_sphinx_theme
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

WHOLE = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
ICON = re.compile(
    r'(?<=[{,])("?)([a-z0-9-]+)\1:'  # its name
    r'\[\d+,\d+,\[([^\]]*)\],'       # width, height and other names
    r'"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?')  # its character, and one path or two
NAME = re.compile(r"\bfa-([a-z0-9-]+)")


def reduced(script: str, wanted: set[str]) -> str:
    """Font Awesome's script with the icons of these names only; a comma after the last one does no harm."""
    def keep(icon: re.Match[str]) -> str:
        return icon[0] if wanted & {icon[2], *re.findall(r'"([^"]+)"', icon[3])} else ""

    return ICON.sub(keep, script)


def reduce_icons(app: Sphinx, exception: Exception | None) -> None:
    """From the theme's own copy: that in the site is a reduced one already when no page has changed."""
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    script = site / "_static" / "scripts" / WHOLE.name
    files = [*site.rglob("*.html"), *(path for path in site.glob("_static/**/*.js") if path != script)]
    wanted = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}
    whole = WHOLE.read_text(encoding="utf-8")
    rest = reduced(whole, wanted)
    if len(rest) > len(whole) / 4:
        logger.warning("the theme's icons are not as _ext/icons.py expects them: every page stays heavy")
    script.write_text(rest, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", reduce_icons)
