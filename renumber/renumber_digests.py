"""After renumber.py and `autograder build`: what was measured of the capstone stays, under the new names.

    .venv/bin/python /tmp/w/renumber_digests.py     in the root of the renumbered tree
    .venv/bin/autograder calibrate 09-capstone      runs nothing, and draws the picture with the new name

A digest is renewed only where the code, with the new names taken back, is that of the digest that was kept.
"""

import ast
import hashlib
import inspect
import json
import sys

sys.path.insert(0, ".")
from autograder import course
from autograder.authoring import bars, calibrate
from tests.corpora import copies

BACK = (("09-capstone", "08-capstone"), ("question 9.", "question 8."), ("q9_", "q8_"))


def back(text):
    for new, old in BACK:
        text = text.replace(new, old)
    return text


def sha(parts):
    return hashlib.sha256("\n\n".join(parts).encode()).hexdigest()


measure = ast.unparse(ast.parse(inspect.getsource(bars.of("09-capstone").measure)))
runs, renewed, left = calibrate.kept(), 0, []
for style in calibrate.styles(course.assignment("09-capstone")):
    entry = runs["09-capstone"].get(style.name)
    if entry and entry["digest"] == sha((*map(back, style.code), back(measure))):
        entry["digest"] = style.digest
        renewed += 1
    elif not entry or entry["digest"] != style.digest:
        left.append(style.name)
calibrate._keep(runs, "09-capstone") if hasattr(calibrate, "_keep") else calibrate.keep(runs, "09-capstone")
print("calibration.json:", renewed, "renewed; not the same code:", left)

text, renewed, left = copies.DATA.read_text(encoding="utf-8"), 0, []
kept = copies.kept()
for kind, style in copies.styles():
    entry = kept.get(style.name)
    old, new = sha(map(back, style.code)), copies.digest(style)
    if entry and entry["digest"] == old and text.count(old) == 1:
        text = text.replace(old, new)
        renewed += 1
    elif not entry or entry["digest"] != new:
        left.append(style.name)
copies.DATA.write_text(text, encoding="utf-8")
print("copies.json:", renewed, "renewed; not the same code:", left)
