"""Applies what the instructor wrote into `identity.csv` to the gradebook, without grading anything.

Each command that reads the gradebook does this first, so that a line counts at once; `grade` does it when it has
graded. The files are not read again: a line
counts for the file as it was graded. If a line that had counted is gone, the next grading decides whose the file is;
until then somebody must check it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.ownership import Move
from autograder.grading.results import SubmissionResult
from autograder.submissions.doubts import Doubt, Why, of_kind
from autograder.submissions.identity import Decision, decide, held_against_before, hold_against, without_the_lists
from autograder.submissions.people import Directory, Kind, Person

GONE = Doubt("identity.csv said whose it is and no longer does; grade again to see whose it is without that", Why.GONE)


def apply_decisions(
    gradebook: Gradebook, decisions: Mapping[str, Sequence[Decision]], people: Sequence[Person]
) -> list[str] | None:
    """Gives each result in the gradebook to the learner whose it is by now. Scores set by hand go with it.

    Args:
        gradebook: the gradebook with the results.
        decisions: the lines of `identity.csv`, by file.
        people: the class list; empty without one.

    Returns:
        A sentence for each result that became another learner's; None if everything is as it was.
    """
    before = gradebook.stored()
    now = decide([_without_decisions(result, decisions, listed=bool(people)) for result in before], decisions,
                 lambda result: result.identity.content)
    now = held_against_before(_compared_with_the_list(now, people), {
        (one.identity.file, one.learner): one.identity for one in before if one.identity.file})
    if all(_same(old, new) for old, new in zip(before, now, strict=True)):
        return None
    moves = [Move(old.learner, old.submission, old.assignment, new.learner, new.submission)
             for old, new in zip(before, now, strict=True) if new.learner != old.learner]
    moved = {(move.learner, move.name, move.assignment): (move, became)
             for move, became in zip(moves, gradebook.ownership.move(moves), strict=True)}
    told = []
    for old, new in zip(before, now, strict=True):
        result = new
        if found := moved.get((old.learner, old.submission, old.assignment)):
            move, became = found
            result = replace(new, submission=became.name)
            told.append(became.told(old.identity.file or old.submission, move))
        if not _same(old, new):
            gradebook.ownership.update_identity(result)
    return told


def _compared_with_the_list(results: Sequence[SubmissionResult], people: Sequence[Person]) -> list[SubmissionResult]:
    """Compares each with the list, among the others of its exercise: in another, people may be called otherwise."""
    by_exercise: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        if of_kind(result.identity.doubts, {Why.OVERWRITTEN}):
            continue  # it waits for the line about the file that lies there now
        by_exercise.setdefault(result.assignment or f"\0{place}", []).append(place)
    held = list(results)
    for places in by_exercise.values():
        for place, result in zip(places, hold_against([results[place] for place in places], people), strict=True):
            held[place] = result
    return _in_their_place(held, people)


def _in_their_place(results: Sequence[SubmissionResult], people: Sequence[Person]) -> list[SubmissionResult]:
    """Returns the results, each named like the one it replaced, if the instructor says that both are one person's."""
    former = {result.identity.file: result for result in results
              if of_kind(result.identity.doubts, {Why.OVERWRITTEN})}
    directory = Directory(people) if former else None
    placed = []
    for result in results:
        was = former.get(result.identity.file)
        if was and directory and was is not result and result.identity.confirmed and not result.identity.doubts:
            places = [directory.match({one.learner: {Kind.LABEL: [one.learner]}}).places.get(one.learner)
                      for one in (was, result)]
            if places[0] and places[0] == places[1]:
                result = result.reassigned(was.learner, result.identity)
        placed.append(result)
    return placed


def _without_decisions(
    result: SubmissionResult, decisions: Mapping[str, Sequence[Decision]], *, listed: bool
) -> SubmissionResult:
    """Returns a result in the state before the instructor's lines and the list are applied."""
    identity = result.identity
    identity = replace(identity, chosen="")
    file = identity.file or result.submission  # an earlier version kept no path
    if listed:
        identity = without_the_lists(identity)
    if identity.confirmed and file not in decisions:
        identity = replace(identity, confirmed=False).doubted(GONE)
    return replace(result, identity=replace(identity, file=file))


def _same(old: SubmissionResult, new: SubmissionResult) -> bool:
    return replace(new, identity=replace(new.identity, file=old.identity.file)) == old
