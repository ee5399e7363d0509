"""The schemas of the corpora's files, as JSON Schema; reports in words what is wrong with a file.

The schemas say which keys there are, which of them must be there, and what kind
of value each has. `corpus` itself checks what depends on an exercise, such as
whether it has a question of that name. In a schema, `remedy` says what to do if
its rule is broken; JSON Schema ignores keys that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from autograder.course import CourseError
from autograder.grading.results import Verdict

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
PATTERN: Schema = {"type": "string", "format": "regex"}
VERDICT: Schema = {"enum": [verdict.value for verdict in Verdict],
                   "remedy": f"there is no such verdict; say one of {', '.join(verdict.value for verdict in Verdict)}"}


def _keys(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, **rules: Any) -> Schema:
    """Makes the schema of a table with these keys and no others."""
    return {"type": "object", "required": [*required], "properties": {**required, **(optional or {})},
            "additionalProperties": False, **rules}


def _table(values: Schema) -> Schema:
    """Makes the schema of a table with any keys."""
    return {"type": "object", "additionalProperties": values}


EDIT: Mapping[str, Schema] = {
    "base": {"enum": ["solved", "untouched", "bare"]},
    "replace": _table(TEXT),
    "duplicate": TEXTS,
    "insert": {"type": "array", "items": _keys({"where": TEXT, "code": TEXT})},
    "move": _table(TEXT),
    "remove": TEXTS,
    "set": {"type": "object"},
}
"""How a notebook is changed; see `corpus.Edit`."""

MISTAKE = _keys(
    {"name": TEXT, "source": TEXT, "cause": TEXT},
    {**EDIT, "fails": TEXTS,
     "causes": _table({"anyOf": [TEXT, {**TEXTS, "minItems": 1}],
                       "remedy": "say the name of a wrong variant, or a list of names"}),
     "never": PATTERN,
     "message": {"type": ["string", "object"], "format": "regex", "additionalProperties": PATTERN},
     "report_only": {"const": True, "remedy": "leave it out, or say true"}},
    dependentSchemas={"report_only": {
        "not": {"anyOf": [{"required": ["fails"]}, {"required": ["message"]}, {"required": ["causes"]}]},
        "remedy": "report_only means that nothing is deducted: leave out fails, message and causes"}},
    anyOf=[{"required": ["report_only"]},
           {"required": ["fails"], "properties": {"fails": {"minItems": 1}},
            "anyOf": [{"required": ["message"]}, {"required": ["causes"]}]}],
    remedy="say which questions it fails, and what the message must say",
)

RIGHT_ANSWER = _keys({"name": TEXT, "style": TEXT}, {**EDIT, "review": PATTERN})

PERMITTED = _keys({"question": TEXT, "sentence": TEXT, "mutants": {**TEXTS, "minItems": 1}})

FILE: dict[str, Any] = {
    **_keys({"name": TEXT}, {
        "parts": {"type": "array", "items": {
            **_keys({}, {
                "text": TEXT,
                "hex": {"type": "string", "pattern": r"^\s*([0-9A-Fa-f]{2}\s*)*$", "remedy": "it is not hexadecimal"},
                "repeat": _keys({"text": TEXT, "times": {"type": "integer"}}),
                "notebook": _keys({}, {"first_bytes": {"type": "integer"}, "encoding": TEXT}),
            }),
            "minProperties": 1, "maxProperties": 1,
            "remedy": "a part has one of the keys text, hex, repeat, notebook"}},
        "zip": {"type": "array", "items": {"$ref": "#/$defs/file"}},
        "link": TEXT, "fifo": {"type": "boolean"}, "folder": {"type": "boolean"}, "copies": {"type": "integer"},
    }),
    "allOf": [{"not": {"required": [one, other]}, "remedy": "a file is one thing: parts, zip, link, fifo or folder"}
              for number, one in enumerate(("parts", "zip", "link", "fifo", "folder"))
              for other in ("parts", "zip", "link", "fifo", "folder")[:number]],
}

EXPECTED = _keys({}, {
    "status": {"type": "array", "items": VERDICT},
    "scores": _table({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(full|zero|(<= ?)?\d+(\.\d+)?)$"}],
                      "remedy": "that is no score; say full, zero, 2 or `<= 2`"}),
    "reason": PATTERN, "output": PATTERN, "output_not": PATTERN, "flags": PATTERN,
    "shown_not": TEXTS, "told_not": TEXTS, "cells": TEXTS, "absent": TEXTS,
    "messages": _table(PATTERN), "within": {"type": "number"}, "control": {"type": "boolean"},
})

ATTACK: Schema = {
    **_keys({"line": TEXT, "assignment": TEXT, "expect": EXPECTED},
            {**EDIT, "files": {"type": "array", "items": {"$ref": "#/$defs/file"}},
             "own_folder": {"type": "boolean"}, "otter": {"type": "boolean"}}),
    "$defs": {"file": FILE},
}

VARIANTS: Schema = {
    "type": "object",
    "properties": {"given": TEXT},
    "patternProperties": {r"^q\d+_\d+$": {
        "type": "array", "minItems": 1, "items": _keys({"name": TEXT, "says": TEXT, "code": TEXT}),
        "remedy": "say at least one variant, or leave the question out"}},
    "additionalProperties": False,
}

NAMES = _keys({"first": TEXT, "last": TEXT})

LEARNER = _keys(
    {"learner": TEXT, "status": VERDICT, "is": {"anyOf": [
        {"enum": ["solution", "untouched"]},
        _keys({}, {"right": TEXT, "attack": TEXT, "mistakes": {**TEXTS, "minItems": 1}},
              minProperties=1, maxProperties=1)],
        "remedy": "it is nobody; say one of right, mistakes and attack, or solution or untouched"}},
    {"as": {"enum": ["notebook", "zip"]}, "scores": _table({"type": "number"})},
)

SAMPLE_CLASS = _keys({"class": {"type": "array"}},
                     dict.fromkeys(("hangs", "crashes", "hostile", "unreadable"), TEXTS))


def require(data: object, schema: Schema, where: str) -> Any:
    """Returns `data`, which must fit the schema.

    Args:
        data: the content of the file.
        schema: one of the above.
        where: the file and the case, for the message.

    Raises:
        CourseError: it does not; the message names the key, what is wrong with it and what to write.
    """
    found = sorted(Draft202012Validator(schema, format_checker=FormatChecker(["regex"])).iter_errors(data),
                   key=lambda error: (error.validator in ("anyOf", "dependentSchemas"), [*map(str, error.path)]))
    if found:
        place = "".join(f": {part}" for part in found[0].absolute_path)
        raise CourseError(f"{where}{place}: {_said(found[0])}")
    return data


KINDS = {"string": "text", "array": "a list", "object": "keys and values", "boolean": "true or false",
         "number": "a number", "integer": "a whole number"}


def _said(error: ValidationError) -> str:
    """Returns a broken rule in words. A key's own remedy goes before a description of the rule."""
    value, rule = error.instance, error.validator_value
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = [*error.schema.get("properties", {})]
        unknown = ", ".join(repr(str(key)) for key in value if key not in known)
        return f"unknown key {unknown}; known are {', '.join(known)}"
    if error.validator == "required":
        missing = next(key for key in rule if key not in value)
        return f"the key {missing!r} is missing"
    if error.validator == "type":
        kinds = " or ".join(KINDS[kind] for kind in ([rule] if isinstance(rule, str) else rule))
        return f"it has the wrong kind of value: {value!r}; say {kinds}"
    if isinstance(error.schema, Mapping) and "remedy" in error.schema:
        return f"{value!r}: {error.schema['remedy']}" if not isinstance(value, dict) else str(error.schema["remedy"])
    if error.validator == "enum":
        return f"there is no {value!r}; say {', '.join(rule[:-1])} or {rule[-1]}"
    if error.validator == "format":
        return f"{value!r} is not a regular expression"
    return error.message
