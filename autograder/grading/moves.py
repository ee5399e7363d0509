"""Moves what the gradebook keeps of a file, when the file turns out to be another learner's, or gets another name.

It runs with the controller, before anything is graded. This module decides
which files these are, from the folders as they are now; the gradebook itself
moves the results.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.ownership import FileRow, Kept, Move
from autograder.grading.text import one_line
from autograder.submissions.doubts import Doubt, Why, of_kind
from autograder.submissions.find import Found
from autograder.submissions.identity import joined, same_copy
from autograder.submissions.origins import is_another, is_of_same_download
from autograder.submissions.people import NAMES, Kind, plain
from autograder.submissions.read import content_of

Tell = Callable[[str], None]
"""Says a line to the instructor."""


def to_their_owners(found: Sequence[Found], gradebook: Gradebook, tell: Tell) -> None:
    """Moves what is kept as somebody else's to the learners whose it is now known to be."""
    now: dict[str, list[Found]] = {}
    for item in found:
        now.setdefault(item.identity.file, []).append(item)
    called = {file: {(item.learner, item.name) for item in items} for file, items in now.items()}
    moves: dict[Move, str] = {}
    for file, content, learner, name, assignment in gradebook.ownership.under_other_names(called):
        item, *more = now[file]
        if not more and content_of(item) == content:
            moves[Move(learner, name, assignment, item.learner, item.name)] = file
    for (move, file), moved in zip(moves.items(), gradebook.ownership.move(list(moves)), strict=True):
        if move.learner != move.to:
            tell(moved.told(file, move))


def revealed(found: Sequence[Found], kept: Sequence[Kept], gradebook: Gradebook, tell: Tell) -> None:
    """Gives work graded under a participant's number alone to the person whom a later copy of the download names.

    The number means nothing in another assignment: the download must be the same one, or the file.
    """
    named: dict[tuple[str, str], list[Found]] = {}
    for item in found:
        if set(item.identity.given) & set(NAMES):
            for number in item.identity.given.get(Kind.PARTICIPANT, ()):
                named.setdefault((item.identity.system, plain(number)), []).append(item)
    handed_in = {item.identity.file for item in found}
    moves: list[tuple[Move, str]] = []
    for one in kept:
        if set(one.identity.given) != {Kind.PARTICIPANT} or one.identity.file in handed_in or one.identity.confirmed:
            continue
        (number,) = one.identity.given[Kind.PARTICIPANT]
        for item in named.get((one.identity.system, plain(number)), ()):
            same = content_of(item) == one.identity.content != ""
            if item.learner != one.learner and (same or is_of_same_download(one.identity, item.identity)):
                moves.append((Move(one.learner, one.name, one.assignment, item.learner,
                                   item.name if same else one.identity.file), one.identity.file))
                break
    without_scores = 0
    for (move, file), moved in zip(moves, gradebook.ownership.move([move for move, _ in moves]), strict=True):
        if moved.scores_left or moved.scores_moved:
            tell(moved.told(file, move))
        else:
            without_scores += 1
    if without_scores:
        tell(f"{without_scores} submissions that were graded under a number alone are now those of the people whom the "
             "download names by it.")


def overwritten(found: Sequence[Found], gradebook: Gradebook) -> None:
    """Marks as doubtful what is kept of a file that is another now, and that nothing shows to be the same learner's."""
    handed_in: dict[str, list[Found]] = {}
    for item in found:
        handed_in.setdefault(item.identity.file, []).append(item)
    replaced = {}
    for file, content, learner, _, _ in gradebook.ownership.files():
        now = handed_in.get(file, ())
        if now and learner not in {item.learner for item in now} and content not in map(content_of, now):
            replaced[file, learner] = Doubt(f"another file lies there now, and counts as {now[0].learner!r}",
                                        Why.OVERWRITTEN)
    for result in gradebook.stored() if replaced else ():
        why = replaced.get((result.identity.file, result.learner))
        if why and not of_kind(result.identity.doubts, {Why.RENAMED, Why.OVERWRITTEN}):
            identity = replace(result.identity, confirmed=False).doubted(why)
            gradebook.ownership.update_identity(replace(result, identity=identity))


def beside_others(found: Sequence[Found], kept: Sequence[Kept]) -> list[Found]:
    """Returns the same files, each under a name that keeps it from taking another's place.

    An attempt that is kept already keeps its name. A file of the same learner's name and the same file name, which may
    be another person's or is another attempt, stands beside it: all attempts stay.
    """
    attempts = {(one.learner, one.identity.system, one.order): one.name for one in kept if one.order}
    names = {(one.learner, one.name): one for one in kept}
    copies = {(one.learner, same_copy(one.identity.file), one.identity.content): one.name for one in kept
              if one.identity.content}
    now = Counter((item.learner, item.name) for item in found)
    placed = []
    for item in found:
        namesake = names.get((item.learner, item.name))
        known = attempts.get((item.learner, item.identity.system, item.order)) if item.identity.system else None
        if known is not None and known != item.name and not now[item.learner, known]:
            item = replace(item, name=known)
        elif (known is None and namesake and namesake.identity.file != item.identity.file
              and _is_another(item, namesake)):
            name = copies.get((item.learner, same_copy(item.identity.file), content_of(item)), item.identity.file)
            item = replace(item, name=name if not now[item.learner, name] else item.identity.file)
        placed.append(item)
    return placed


def _is_another(item: Found, namesake: Kept) -> bool:
    """Returns whether a file handed in differs from the one kept under its name, or may be another learner's."""
    kept = namesake.identity
    if kept.source and not os.path.lexists(kept.source) and kept.content == content_of(item) != "":
        return False  # its folder has another name now
    if is_another(kept, item.identity):
        return True
    if item.order and namesake.order:
        return item.order != namesake.order
    return bool(kept.source) and item.identity.source != kept.source and content_of(item) != kept.content


def renamed(
    found: Sequence[Found], is_gone: Callable[[str], bool], assignment: str | None, gradebook: Gradebook, tell: Tell
) -> list[Found]:
    """Moves what is kept of a file that is gone to the learner under whom it was handed in now with a new name.

    One file that is gone and one that is new, of the same content, are one file that was renamed, even if it took the
    name of another renamed file. If there are more of them, or if another file lies under the old name, the instructor
    must say which is which, if a score or a decision of theirs depends on it.

    Args:
        found: the files handed in now.
        is_gone: returns whether a file that was graded is no longer where it was.
        assignment: the exercise that is graded; None for all.
        gradebook: the gradebook.
        tell: reports what became another learner's.

    Returns:
        `found`, with doubts about files that may have changed places.
    """
    handed_in = {item.identity.file for item in found}
    kept = gradebook.ownership.files()
    gone = _gone(kept, found, is_gone, assignment)
    names = {row[0] for row in kept}
    moves: dict[Move, str] = {}
    doubted: dict[str, Doubt] = {}
    replaced: dict[str, Doubt] = {}
    decided = gradebook.ownership.decided() if gone else set()
    new = _new(found, kept, gone)
    pairs = {gone[content][0][0]: items[0].identity.file for content, items in new.items()
             if len(items) == len(gone[content]) == 1}
    # Files are not moved if the new name was that of another file whose fate is unknown; nor if another version of a
    # file came in its place: whoever has the former version now may have copied it.
    while unclear := [old for old, name in pairs.items() if (name in names and name not in pairs)
                      or (old in handed_in and old not in pairs.values())]:
        for old in unclear:
            del pairs[old]
    for content, items in new.items():
        item, row = items[0], gone[content][0]
        if {row[2] for row in gone[content]} == {item.learner for item in items}:
            continue  # the same people, who named their files anew
        if row[0] in pairs:
            moves[Move(*row[2:], to=item.learner, new_name=item.name)] = row[0]
            continue
        listed = joined(sorted(f"{item.identity.file} (as {item.learner})" for item in items))
        for row in gone[content]:
            if row[0] not in handed_in or (row[2], row[4]) in decided:
                doubted[row[0]] = Doubt(f"this file is no longer handed in, and the same content is, under another "
                                        f"name: {listed}", Why.RENAMED)
            if row[0] in handed_in and (row[2], row[4]) in decided:
                why = Doubt(f"what you decided of {row[0]}, or the score that you set, was of what is now {listed}; "
                            "another file lies there", Why.REPLACED)
                replaced |= dict.fromkeys((row[0], *(item.identity.file for item in items)), why)
    for (move, file), moved in zip(moves.items(), gradebook.ownership.move(list(moves)), strict=True):
        what = "is another file now" if file in handed_in else "is gone"
        tell(f"{one_line(file, 200)} {what}, and the same file is now called otherwise. {moved.told(file, move)}")
    for result in gradebook.stored() if doubted else ():
        if said_now := doubted.get(result.identity.file):
            identity = replace(result.identity, confirmed=False).doubted(said_now)
            gradebook.ownership.update_identity(replace(result, identity=identity))
    return [item.reassigned(item.learner, item.identity.doubted(replaced[item.identity.file]))
            if item.identity.file in replaced and not item.identity.confirmed else item for item in found]


def _gone(
    kept: Sequence[FileRow], found: Sequence[Found], is_gone: Callable[[str], bool], assignment: str | None
) -> dict[str, list[FileRow]]:
    """Returns what is kept of files that are no longer where they were, or have other content now, by content."""
    handed_in = {item.identity.file: item for item in found}
    gone: dict[str, list[FileRow]] = {}
    for row in kept:
        item = handed_in.get(row[0])
        if assignment in (None, row[4]) and (content_of(item) != row[1] if item else is_gone(row[0])):
            gone.setdefault(row[1], []).append(row)
    return gone


def _new(found: Sequence[Found], kept: Sequence[FileRow], gone: Mapping[str, list[FileRow]]) -> dict[str, list[Found]]:
    """Returns what is in the folders now, and was not before, with the content of a file that is gone, by content."""
    before = {row[:2] for row in kept}
    new: dict[str, list[Found]] = {}
    for item in found if gone else ():
        content = content_of(item)
        if content in gone and (item.identity.file, content) not in before:
            new.setdefault(content, []).append(item)
    return new


def tell_older(found: Sequence[Found], assignment: str | None, gradebook: Gradebook, tell: Tell) -> None:
    """Reports scores set by hand for names that no learner has any more, since files are named by better rules."""
    learners = {item.learner for item in found}
    names = {item.path.name for item in found}
    for learner, name, exercise, questions in gradebook.ownership.without_a_path():
        if learner not in learners and PurePosixPath(name).name in names and assignment in (None, exercise):
            tell(
                f"What needs you: scores set by hand of {one_line(learner, 80)} in {exercise} ({questions}) are "
                f"of {one_line(name, 120)}, which an earlier version graded without its path, and nobody is called "
                "so now. If it is somebody's here, set them again with `autograder adjust`, and take the old ones "
                "back with --undo.")  # fmt: skip


def gone_from(found: Sequence[Found], paths: Sequence[Path], kept: Iterable[Kept] = ()) -> Callable[[str], bool]:
    """Returns a test whether a file lay in one of the folders that are graded, and no longer does.

    The test is also true for a file in a folder or zip that was graded before and is gone itself, as `kept` knows it.
    """
    roots = _roots(found, paths)
    sources = {one.identity.file: one.identity.source for one in kept}
    there = {source: os.path.lexists(source) for source in set(sources.values())}
    return lambda file: _is_gone(file, roots) or (bool(sources.get(file)) and not there[sources[file]])


def _roots(found: Sequence[Found], paths: Sequence[Path]) -> dict[str, tuple[Path, bool]]:
    """Returns the folders that are graded, by their names in messages: the path, and whether all in it is graded."""
    roots: dict[str, tuple[Path, bool]] = {}
    for item in found:
        above = list(PurePosixPath(item.identity.file).parents)
        for path in paths:
            if item.path == path and above:
                roots.setdefault(above[0].as_posix(), (path.parent, False))
            elif path in item.path.parents and len(depth := item.path.relative_to(path).parts) <= len(above):
                roots[above[len(depth) - 1].as_posix()] = path, True
    return roots


def _is_gone(file: str, roots: Mapping[str, tuple[Path, bool]]) -> bool:
    """Returns whether a file lay in one of the folders, and no longer does."""
    for place, parent in enumerate(PurePosixPath(file).parents):
        root, whole = roots.get(parent.as_posix(), (None, False))
        if root is not None and (whole or place == 0):
            return not os.path.lexists(root / PurePosixPath(file).relative_to(parent))
    return False
