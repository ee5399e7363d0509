"""Pages from templates: one self-contained file each, escaped, without scripts.

Templates get plain text and numbers only, and escape all of it. As a second
line of defense every page forbids itself, by its content security policy, to
run a script or to load anything at all.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.reports import text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = text.number
    environment.filters["percent"] = text.percent
    environment.filters["line"] = text.line
    environment.filters["prose"] = prose
    # The style sheet is our own, and style elements must not be escaped.
    source, _, _ = PackageLoader("autograder.reports", "templates").get_source(environment, "style.css")
    environment.globals["css"] = Markup(source)
    return environment


def prose(message: str) -> Markup:
    """`message` escaped, with what stands between single backticks shown as code."""
    parts = re.split(r"`([^`\n]+)`", message)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part)
        for position, part in enumerate(parts)
    )


def render(template: str, **content: Any) -> str:
    """The page that `template` makes of `content`. Everything in it is escaped."""
    return _environment().get_template(template).render(**content)
