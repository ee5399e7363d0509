"""Makes pages from templates: one self-contained file each, escaped, with no script but our own.

Templates get plain text and numbers only, and escape all of it. As a second
line of defense every page forbids itself, by its content security policy, to
load anything at all, and to use any style or script but those that it names by
their hash: nothing inline that came from anybody else can act, whatever it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.reports import text

_LOADER = PackageLoader("autograder.reports", "templates")


@cache
def _own(name: str) -> Markup:
    """Returns the text of our own style sheet or of a script, which must not be escaped where it stands in the page."""
    source, _, _ = _LOADER.get_source(Environment(autoescape=True), name)
    return Markup(source)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=_LOADER,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = text.number
    environment.filters["percent"] = text.percent
    environment.filters["line"] = text.line
    environment.filters["prose"] = prose
    environment.globals["css"] = _own("style.css")
    return environment


def prose(message: str) -> Markup:
    """Returns `message` escaped, with the text between single backticks shown as code."""
    parts = re.split(r"`([^`\n]+)`", message)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part)
        for position, part in enumerate(parts)
    )


def render(template: str, script: str = "", /, **content: Any) -> str:
    """Returns the page that `template` makes of `content`, with our own `script` if one is named.

    Escapes all content.
    """
    own = _own(script) if script else Markup("")
    policy = f"default-src 'none'; style-src '{_hash(_own('style.css'))}'; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src '{_hash(own)}'"
    return _environment().get_template(template).render(**content, script=own, policy=policy)


def _hash(source: str) -> str:
    """Returns the hash by which a content security policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
