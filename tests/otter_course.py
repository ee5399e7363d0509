"""A course that is not ours: a master notebook, made by `otter assign` as another course's instructor would."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

CONFIG = """# ASSIGNMENT CONFIG
name: lab01
requirements:
- pandas
- no-such-package-anywhere
generate:
  seed: 42
  points_possible: 12
  show_stdout: true
files:
- data.csv
- more/factors.csv
"""

DATA = "city,day,count\nOslo,2024-02-28,3\nRome,2024-02-29,5\nOslo,2024-03-01,4\n"

START = "import numpy as np\nimport pandas as pd\nvisits = pd.read_csv('data.csv', parse_dates=['day'])"

ANSWERS = {
    "q1": "total = visits['count'].sum() * int(open('more/factors.csv').read())",
    "q2": "by_city = visits.groupby('city')['count'].sum()\ntable = visits.sort_values('count')",
    "q3": "drawn = np.random.rand()",
    "q10": "def longest(table):\n    return table.loc[table['count'].idxmax(), 'day']",
}
"""What its solution answers."""

POINTS = {"q1": "2", "q2": "3", "q3": "1", "q10": "4\nall_or_nothing: true"}

TESTS: dict[str, list[tuple[str, str]]] = {
    "q1": [("bool(total > 0)", "True"), ("# HIDDEN\nint(total) == 24", "True")],
    "q2": [
        ("type(by_city) == pd.Series and type(table) == pd.DataFrame", "True"),
        ('""" # BEGIN TEST CONFIG\nhidden: true\nfailure_message: Each city once, please.\n""" # END TEST CONFIG\n'
         "by_city.to_dict() == {'Oslo': 7, 'Rome': 5}", "True"),
        ("# HIDDEN\nassert table['count'].tolist() == [3, 4, 5], 'a sentence that was not meant for learners'", ""),
    ],
    "q3": [("bool(np.isclose(drawn, np.random.RandomState(42).rand()))", "True")],
    "q10": [
        ("longest(visits).year", "2024"),
        ("# HIDDEN\nlongest(visits.assign(count=[9, 1, 1])) == pd.Timestamp('2024-02-28')", "True"),
    ],
}


def write_master(folder: Path) -> Path:
    """The master and its files."""
    cells: list[Any] = [new_raw_cell(CONFIG), new_code_cell(START)]
    for question, answer in ANSWERS.items():
        cells += [
            new_raw_cell(f"# BEGIN QUESTION\nname: {question}\npoints: {POINTS[question]}"),
            new_markdown_cell(f"Question {question}"),
            new_raw_cell("# BEGIN SOLUTION"),
            new_code_cell(f"# BEGIN SOLUTION\n{answer}\n# END SOLUTION"),
            new_raw_cell("# END SOLUTION"),
            new_raw_cell("# BEGIN TESTS"),
            *(new_code_cell(source, outputs=[new_output("execute_result", {"text/plain": output})] if output else [])
              for source, output in TESTS[question]),
            new_raw_cell("# END TESTS"),
            new_raw_cell("# END QUESTION"),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "lab01.ipynb"
    (folder / "more").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    (folder / "data.csv").write_text(DATA)
    (folder / "more" / "factors.csv").write_text("2")
    return path


def assign(folder: Path) -> Path:
    """The folder `dist` that `otter assign` makes of it."""
    command = [str(Path(sys.executable).with_name("otter")), "assign", str(write_master(folder)), str(folder / "dist"),
               "--no-run-tests", "--no-pdfs"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder / "dist"


def hand_in(dist: Path, path: Path, answers: Mapping[str, str]) -> Path:
    """The notebook that learners have, with these answers in it, by question; the others stay unwritten."""
    notebook = json.loads((dist / "student" / "lab01.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell, following in itertools.pairwise(code):
        for question, answer in answers.items():
            if "".join(following["source"]) == f'grader.check("{question}")':
                cell["source"] = answer
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path
