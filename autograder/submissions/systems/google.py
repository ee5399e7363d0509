"""Google Classroom and Google Forms: the folder in Drive that an assignment, or a form's question, keeps its files in.

    Ada Lovelace - 02-preprocessing.ipynb           Classroom's copy for each student: name, title
    Copy of 02-preprocessing.ipynb - Ada Lovelace.ipynb      what a form appends: file, name

Files that learners upload, and Colab's own copies, name nobody. Drive keeps several files of one name, and numbers
them when it packs the folder; that number is nobody's. Neither says which attempt it is, nor what came late.

Sources: Google documents no names, and we had no folder of it. These are the names in Drive as people know them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograder.submissions.names import clean_name, person_in, stem, without_copies, without_marks
from autograder.submissions.people import Kind, name_keys
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of

SYSTEM = "Google"
BETWEEN = " - "


def recognize(listing: Listing) -> Recognized:
    flat = [name for name in listing.handed_in if len(parts_of(name)) == 1]
    split = {name: clean_name(stem(name)) for name in flat}
    # A mark that a system writes on a copy of anything, ` - Copy`, is no title.
    split = {name: text for name, text in split.items() if BETWEEN in text and all(map(_bare, text.split(BETWEEN)))}
    before = {name: text.partition(BETWEEN) for name, text in split.items()}
    after = {name: text.rpartition(BETWEEN) for name, text in split.items()}
    titles = Counter(_bare(parts[2]) for parts in before.values())
    files = Counter(_bare(parts[0]) for parts in after.values())
    title, file = (counted.most_common(1)[0] if counted else ("", 0) for counted in (titles, files))
    if title[1] == file[1]:
        return Recognized(SYSTEM, {}, specific=False, counted=len(flat))
    copies = title[1] > file[1]
    authors = {}
    for name in split:
        known, who = (before[name][2], before[name][0]) if copies else (after[name][0], after[name][2])
        if _bare(known) == (title[0] if copies else file[0]) and who.strip():
            what = "Classroom's copy for each student" if copies else "what a form appends"
            who = without_marks(who.strip())
            authors[name] = (Named(who, f"the file's name, {what}", {Kind.NAME: [who]}),)
    return Recognized(SYSTEM, authors, specific=False, counted=len(flat))


def _bare(text: str) -> str:
    """Returns the title that all files share, without the marks that Drive adds to each."""
    return without_copies(stem(text.strip())).casefold()


def for_another(file: str, zipped: str, exercises: Sequence[str]) -> bool:
    """Reads the name in a zip; see `Rules`. Drive packs a folder with one notebook in it as one of many."""
    parts = [clean_name(part).strip() for part in stem(parts_of(file)[-1]).split(BETWEEN)]
    people = [part for part in parts if person_in(part, exercises)]
    return len(parts) == 2 and len(people) == 1 and not (
        name_keys(people[0]) & name_keys(person_in(stem(zipped), exercises)))


RULES = Rules(for_another=for_another)
