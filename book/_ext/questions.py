"""Marks in the answer of each question which sentences are about which option, so that a click on one can show them.

An answer begins with the right option, `**(b).** ...`; later a sentence that begins with `(a)` is about that one. A
script (`_static/questions.js`) makes the options buttons. Without it they are a list, and the answer is folded below.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

SENTENCE = re.compile(r"(?:(?<=^)|(?<=[.?!:;)]\s))(?=\(([a-z])\))")
"""The place before an option's letter at the beginning of a sentence."""


def options(question: nodes.bullet_list) -> list[str]:
    """The letters of a question's options."""
    found = [re.match(r"\(([a-z])\)", item.astext()) for item in question.children]
    return [letter[1] if letter else "" for letter in found]


def mark(answer: list[nodes.Node]) -> list[str]:
    """Gives what is said of an option the classes `why` and `why-a`; returns the options in the order of the text."""
    letters: list[str] = []
    for part in answer:
        if not isinstance(part, nodes.paragraph):
            if letters and isinstance(part, nodes.Element):
                part["classes"] += ["why", f"why-{letters[-1]}"]
            continue
        spans: list[nodes.inline] = []
        for child in list(part.children):
            if isinstance(child, nodes.Text):
                text = str(child)
                starts = [found for found in SENTENCE.finditer(text) if found.start() or child is part.children[0]]
                cuts = [0, *(found.start() for found in starts), len(text)]
                pieces: list[tuple[str, nodes.Node]] = [("", nodes.Text(text[:cuts[1]]))]
                pieces += [(found[1], nodes.Text(text[cuts[k + 1]:cuts[k + 2]])) for k, found in enumerate(starts)]
            else:
                first = re.match(r"\(([a-z])\)", child.astext()) if isinstance(child, nodes.strong) else None
                pieces = [(first[1] if first else "", child)]
            for letter, piece in pieces:
                if not piece.astext() and isinstance(piece, nodes.Text):
                    continue
                if letter:
                    letters.append(letter)
                if letters and (letter or not spans):
                    spans.append(nodes.inline(classes=["why", f"why-{letters[-1]}"]))
                if spans:
                    spans[-1] += piece
        if spans:
            part.children = []
            part += spans
    return letters


def mark_all(app: Sphinx, doctree: nodes.document) -> None:
    """Marks each answer of a page, and the right option of its question."""
    for question in doctree.findall(nodes.bullet_list):
        if "options" not in question["classes"]:
            continue
        siblings = question.parent.children
        place = siblings.index(question) + 1
        answer = siblings[place] if place < len(siblings) else None
        if not isinstance(answer, nodes.container) or answer.get("design_component") != "dropdown":
            logger.warning("a question without an answer: below its options comes `:::{dropdown} Answer`",
                           location=question)
            continue
        letters = mark(answer.children[1:])
        if sorted(letters) != options(question):
            logger.warning("an answer says of each option once why it is right or wrong, in a sentence that begins "
                           "with its letter, like `(a)`, the right one first, like `**(b).**`; here are %s", letters,
                           location=question)
            continue
        question["classes"].append(f"right-{letters[0]}")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", mark_all)
