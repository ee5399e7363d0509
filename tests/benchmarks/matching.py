"""How long it takes to say whose everything is: a download of a class, found, and held against its list.

    python -m tests.benchmarks.matching LEARNERS

Names are made of few syllables, so that many are called nearly alike. Prints one line of JSON: the
number of learners; seconds to find what was handed in (`find`), to hold it against the list (`match`), and to find
everybody's row in a table of grades again (`rows`).
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
import time
from pathlib import Path

from autograder.reports import roster
from autograder.submissions.find import distinctly_named, find
from autograder.submissions.identity import hold_against
from tests.identity.downloads import notebook, table, unpacked

SYLLABLES = ("ba", "ro", "li", "nu", "me", "ta", "so", "vi", "ke", "du")


def names(count: int) -> list[tuple[str, str]]:
    """So many people, no two of whom have the same name: first and last."""
    words = ["".join(pair).capitalize() for pair in itertools.product(SYLLABLES, repeat=2)]
    return list(itertools.islice(itertools.product(words, [f"{word}son" for word in words]), count))


def measure(learners: int) -> dict[str, float]:
    class_ = names(learners)
    logins = [f"{first[0]}{last}{place}".lower() for place, (first, last) in enumerate(class_)]
    rows = [["Name", "Email", "ID", "Username"], *(
        [f"{first} {last}", f"{login}@uni.example", str(20_000_000 + place), login]
        for place, ((first, last), login) in enumerate(zip(class_, logins, strict=True)))]
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = unpacked({f"{first} {last}_{7000 + place}_assignsubmission_file/lab.ipynb": notebook(10)
                           for place, (first, last) in enumerate(class_)}, Path(temporary) / "download")
        listed = Path(temporary) / "class.csv"
        listed.write_bytes(table(rows))
        began = time.monotonic()
        search = find([folder])
        found_at = time.monotonic()
        list_ = roster.read_roster(listed)
        held = distinctly_named(hold_against(search.found, roster.people_of(list_)))
        matched_at = time.monotonic()
        body = [tuple(row) for row in rows[1:]]
        rows_found = roster.find(list_, body, {item.learner: item.identity.ids for item in held}).rows
        ended = time.monotonic()
    assert len(held) == learners and not any(item.identity.doubts for item in held), "all are on the list, for certain"
    assert len(rows_found) == learners
    return {"learners": learners, "find": found_at - began, "match": matched_at - found_at, "rows": ended - matched_at}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
