"""Several attempts of a learner: gives them numbers, and decides which of them counts.

Their order is known if each has a number or a time from one system, or if each lies in a later download of one
system than the one before it, and was not graded earlier. Neither the learner nor the order of grading determines
it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.grading.results import SubmissionResult, Verdict
from autograder.submissions.doubts import Doubt, Why, of_kind
from autograder.submissions.origins import is_another, is_later

LATEST = "latest"
BEST = "best"


def numbered(seen: Iterable[tuple[SubmissionResult, int]]) -> list[tuple[SubmissionResult, int]]:
    """Returns the results, each with the number of its attempt: 1, 2 and so on in the order of `_ranks`.

    Where that order is not known, none of them gets a number. A result without a learner, or without a
    known exercise, is nobody's attempt.
    """
    made = list(seen)
    groups, _ = _groups(made)
    for places in groups.values():
        ranks = _ranks(made, places)
        for number, place in enumerate(sorted(places, key=lambda place: ranks.get(place, 0)), start=1):
            result, batch = made[place]
            made[place] = replace(result, attempt=number if ranks else 0, attempts=len(places)), batch
    return made


def _groups(seen: Sequence[tuple[SubmissionResult, int]]) -> tuple[dict[tuple[str, str], list[int]], list[int]]:
    """Returns the places of each learner's attempts at each exercise, and of results that are nobody's attempt."""
    groups: dict[tuple[str, str], list[int]] = {}
    alone = []
    for place, (result, _) in enumerate(seen):
        if result.learner.strip() and result.assignment:
            groups.setdefault((result.learner, result.assignment), []).append(place)
        else:
            alone.append(place)
    return groups, alone


def _ranks(seen: Sequence[tuple[SubmissionResult, int]], places: Sequence[int]) -> dict[int, int]:
    """Returns a number for each place that grows from attempt to attempt; empty where their order is not known."""
    orders = {place: seen[place][0].order for place in places}
    if len(places) == 1 or (all(orders.values()) and len(set(orders.values())) == len(orders)
                            and len({_counter(seen[place][0]) for place in places}) == 1):
        return orders
    later = {place: sum(_is_later(seen[place], seen[other]) for other in places if other != place) for place in places}
    return later if sorted(later.values()) == list(range(len(places))) else {}


def _counter(result: SubmissionResult) -> str:
    """Returns who gave an attempt its number or time: numbers of two systems cannot be compared."""
    return result.identity.system


def _is_later(one: tuple[SubmissionResult, int], other: tuple[SubmissionResult, int]) -> bool:
    """Returns whether a result lies in a later download than another, and was not graded before it."""
    return one[1] >= other[1] and bool(one[0].identity.system) and is_later(one[0].identity, other[0].identity)


def _is_merged(results: Sequence[SubmissionResult]) -> bool:
    """Returns whether these differ and became one learner's, and nobody has said that they are."""
    codes = {_code(result) or f"{place}" for place, result in enumerate(results)}
    return len(codes) > 1 and not all(result.identity.confirmed for result in results)


def _was(one: SubmissionResult, other: SubmissionResult) -> bool:
    """Returns whether a result is the same as another was before it was renamed."""
    return bool(of_kind(one.identity.doubts, {Why.RENAMED})) and one.identity.content == other.identity.content != ""


def _code(result: SubmissionResult) -> str:
    """Returns a hash that tells different answers apart; empty where it is not known."""
    return result.environment.get("code") or result.identity.content


def _differ(one: SubmissionResult, other: SubmissionResult) -> bool:
    return not _code(one) or _code(one) != _code(other)


def _are_named_otherwise(results: Sequence[SubmissionResult]) -> bool:
    """Returns whether files of the same content in one folder, which counts as a learner, name several people."""
    return len({result.identity.origin for result in results}) > 1 and not all(
        result.identity.confirmed for result in results)


def counting(
    seen: Iterable[tuple[SubmissionResult, int]], policy: str
) -> tuple[list[SubmissionResult], list[SubmissionResult], list[SubmissionResult]]:
    """Chooses the attempt that counts, of each learner and exercise.

    These rules decide, one after another, each among the attempts that the one before it has left. One that would
    leave none is passed over:

    1. The instructor chose it, and it is no notebook of another exercise. That holds until there is another attempt.
    2. It is no notebook of another exercise.
    3. Its file is there: a download mentions some without.
    4. It is the latest, or the best, as `policy` says. The latest is the last in `_ranks`; where that order is not
       known, the best of the newest batch. The best has the highest score; one on which the grader itself failed is
       the worst.

    A result without a learner, or without a known exercise, counts by itself. Files with different answers that became
    one learner's without an order get a doubt, and so do files of the same name in several folders or downloads,
    whatever is in them.

    Args:
        seen: each result, and the number of the newest batch that had it.
        policy: `latest` or `best`.

    Returns:
        The results that count, in the order given; those among them where it is not known which attempt is the latest;
        and those that do not count and may be another learner's.
    """
    seen = list(seen)
    groups, alone = _groups(seen)
    chosen, uncertain = alone, set()
    others: list[SubmissionResult] = []
    for places in groups.values():
        winner = _winner(seen, places, policy)
        result, batch = seen[winner]
        beside = [seen[place][0] for place in places if seen[place][1] == batch and (
            place == winner or not seen[place][0].identity.lacking)]
        apart = [seen[place][0] for place in places if is_another(seen[place][0].identity, result.identity)
                 and not _was(seen[place][0], result)]
        others += apart
        before = [seen[place][0] for place in places if seen[place][1] < batch and not seen[place][0].identity.lacking]
        lacking = [seen[place][0] for place in places if seen[place][0].identity.lacking and place != winner]
        among = _among(seen, places)
        said = [seen[place][0] for place in places if _is_chosen(seen[place][0], among)]
        known = bool(_ranks(seen, places))
        if len(said) == 1 and not apart:
            doubts = []
        elif len(said) > 1:
            doubts = [Doubt(f"the column `counts` of identity.csv has yes beside more than one: {_files(said)}",
                            Why.ORDER)]
        else:
            doubts = _doubts(result, beside, apart, before, lacking, known=known, policy=policy)
        identity = replace(result.identity, chosen=among if result in said else result.identity.chosen)
        seen[winner] = replace(result, identity=identity.doubted(*doubts)), batch
        chosen.append(winner)
        if policy == LATEST and not known and not said and len(beside) > 1:
            uncertain.add(winner)
    chosen.sort()
    return [seen[place][0] for place in chosen], [seen[place][0] for place in chosen if place in uncertain], others


def _winner(seen: Sequence[tuple[SubmissionResult, int]], places: Sequence[int], policy: str) -> int:
    """Returns the place of the attempt that counts, of those of one learner."""
    ranks = _ranks(seen, places)

    def best(place: int) -> tuple[bool, float, int]:
        result = seen[place][0]
        return result.status is not Verdict.ERROR, result.score, result.order

    def latest(place: int) -> tuple[object, ...]:
        return (ranks[place],) if ranks else (seen[place][1], *best(place))

    right = [place for place in places if seen[place][0].status is not Verdict.WRONG_ASSIGNMENT]
    there = [place for place in right or places if not seen[place][0].identity.lacking]
    among = _among(seen, places)
    said = [place for place in right if _is_chosen(seen[place][0], among)]
    return max(said or there or right or places, key=best if policy == BEST else latest)


CHOSEN = "yes"
"""The word with which an instructor chooses the attempt that counts."""


def _among(seen: Sequence[tuple[SubmissionResult, int]], places: Sequence[int]) -> str:
    """Returns a key of these attempts, so that a choice among them does not apply to others."""
    files = sorted(_code(seen[place][0]) or seen[place][0].submission for place in places)
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:8]


def _is_chosen(result: SubmissionResult, among: str) -> bool:
    """Returns whether the instructor chose it, among these attempts or just now."""
    return result.identity.chosen in (CHOSEN, among)


def _doubts(winner: SubmissionResult, beside: Sequence[SubmissionResult], apart: Sequence[SubmissionResult],
            before: Sequence[SubmissionResult], lacking: Sequence[SubmissionResult], *, known: bool, policy: str
            ) -> list[Doubt]:
    """Returns why it is uncertain that this attempt is the learner's, and that it counts.

    Args:
        winner: the attempt that counts.
        beside: all attempts of its batch, itself included.
        apart: those of all batches that may be another person's.
        before: those that only earlier batches had.
        lacking: other attempts, which the download only mentions.
        known: whether the order of all attempts is known.
        policy: `latest` or `best`.
    """
    if apart:
        return [Doubt(f"{SEVERAL_PLACES}{_files([winner, *apart])}", Why.PLACES)]
    if missed := [one for one in lacking if policy == BEST or _counter(one) != _counter(winner)
                  or not 0 < one.order < winner.order]:
        return [Doubt(f"{missed[0].reason.partition('. ')[0]}, so that another attempt counts: "
                      f"{_files([winner, *missed])}", Why.LACKING)]
    if not known and not _is_merged(beside) and _are_named_otherwise(beside):
        return [Doubt(f"{SEVERAL_PLACES}{_files(beside)}", Why.PLACES)]
    if not known and _is_merged(beside) and not (policy == BEST and _are_of_one_account(beside)):
        return [Doubt("files with different answers count as one learner's, and nothing says which is the latest; the "
                      f"best of them counts: {_files(beside)}", Why.DIFFERENT)]
    if policy == BEST:
        return []
    if known:
        if earlier := [one for one in (*beside, *before) if one.identity.system == winner.identity.system
                       and one.handed_in > winner.handed_in > ""]:
            return [Doubt("the number of the attempt says that it is the latest, and the time that it is not: "
                          f"{_files([winner, *earlier])}", Why.ORDER)]
        return []
    if later := [one for one in before if one.status is not Verdict.WRONG_ASSIGNMENT and _differ(one, winner)
                 and one.identity.source and one.identity.source != winner.identity.source
                 and not is_later(winner.identity, one.identity)]:
        return [Doubt("this was graded after another file of the same learner, and nothing else says that it was "
                      f"handed in later: {_files([winner, *later])}", Why.ORDER)]
    return []


def _are_of_one_account(results: Sequence[SubmissionResult]) -> bool:
    """Returns whether a system says that these are one person's, so that the best of them needs no order."""
    first = results[0].identity
    return bool(first.system) and all(one.identity.system == first.system and not is_another(one.identity, first)
                                      for one in results)


SEVERAL_PLACES = "files of one name from several places count as one learner's, and may be two people's: "


def _files(results: Iterable[SubmissionResult]) -> str:
    return ", ".join(sorted({one.identity.file or one.submission for one in results}))
