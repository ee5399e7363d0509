"""Several attempts of a learner: their numbers, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from autograder.grading.results import SubmissionResult, Verdict
from autograder.submissions.identity import DIFFERENT, MAY_BE_TWO, Identity
from autograder.submissions.names import BROWSER
from autograder.submissions.people import SYSTEMS, WRITTEN, Kind, plain

LATEST = "latest"
BEST = "best"


def numbered(seen: Iterable[tuple[SubmissionResult, int]]) -> list[tuple[SubmissionResult, int]]:
    """The same, each with the number of the attempt that it is: 1, 2 and so on in the order of `order`.

    Where that is not known of every attempt, none of them has a number. What has no learner, or no known
    exercise, is nobody's attempt.
    """
    made = list(seen)
    groups, _ = _groups(made)
    for places in groups.values():
        known = len(places) == 1 or _is_order_known(made, places)
        for number, place in enumerate(sorted(places, key=lambda place: made[place][0].order), start=1):
            result, batch = made[place]
            made[place] = replace(result, attempt=number if known else 0, attempts=len(places)), batch
    return made


def _groups(seen: Sequence[tuple[SubmissionResult, int]]) -> tuple[dict[tuple[str, str], list[int]], list[int]]:
    """The places of the attempts of each learner at each exercise; and of what is nobody's, or of none."""
    groups: dict[tuple[str, str], list[int]] = {}
    alone = []
    for place, (result, _) in enumerate(seen):
        if result.learner.strip() and result.assignment:
            groups.setdefault((result.learner, result.assignment), []).append(place)
        else:
            alone.append(place)
    return groups, alone


def _is_order_known(seen: Sequence[tuple[SubmissionResult, int]], places: Sequence[int]) -> bool:
    orders = [seen[place][0].order for place in places]
    return all(orders) and len(set(orders)) == len(orders)


def _is_merged(results: Sequence[SubmissionResult]) -> bool:
    """Whether these became one learner's, differ, and nobody has said that they are."""
    codes = {result.environment.get("code") or result.identity.content or f"{place}"
             for place, result in enumerate(results)}
    return len(codes) > 1 and not all(result.identity.confirmed for result in results)


def _are_named_otherwise(results: Sequence[SubmissionResult]) -> bool:
    """Whether in one folder, that counts as a learner, files of the same content name several people."""
    return len({result.identity.origin for result in results}) > 1 and not all(
        result.identity.confirmed for result in results)


def is_another(one: Identity, other: Identity) -> bool:
    """Whether two things handed in under one name may be two people's: nothing says that they are one's.

    It is said by the instructor, by one folder that names them, by a newer copy of the same download, and by a number
    or an address of a system's, if a name stands beside it that is only counted within one course.
    """
    if one.confirmed and other.confirmed:
        return False
    if not one.source or not other.source:  # of an earlier version
        return False
    if one.system and one.system == other.system:
        shared = {kind for kind, values in one.given.items()
                  if set(map(plain, values)) & set(map(plain, other.given.get(kind, ())))}
        if shared & {*SYSTEMS, *WRITTEN, Kind.GITHUB} - COUNTED or (shared & COUNTED and shared & {Kind.NAME}):
            return False
    if _whence(one) != _whence(other):
        return True
    return one.file != other.file and _folder(one) != _folder(other)


def _folder(identity: Identity) -> str:
    return identity.origin.partition("\n")[0] if not identity.system else ""


COUNTED = {Kind.PARTICIPANT, Kind.ANONYMOUS}
"""Numbers that mean nothing outside of one assignment."""


def _whence(identity: Identity) -> str:
    """Where something is from: the folder or the download, however often it was downloaded."""
    lone = identity.file == identity.place
    source = PurePath(identity.source)
    if lone:
        return str(source.parent)
    return str(source.with_name(BROWSER.sub("", source.name.removesuffix(".zip"))))


def counting(
    seen: Iterable[tuple[SubmissionResult, int]], policy: str
) -> tuple[list[SubmissionResult], list[SubmissionResult], list[SubmissionResult]]:
    """Of each learner and exercise the attempt that counts.

    The latest is the one with the greatest `order`. Where that is not known of every attempt, those of the
    newest batch come after those of older ones, and among these the best counts. Attempts that the grader
    itself failed on are the best only if there is no other. What has no learner, or no known exercise,
    counts by itself. Files with different answers that became one learner's without an order have a doubt, and so has
    what is called alike in several folders or downloads, whatever is in it. A notebook of another exercise counts only
    if there is no other.

    Args:
        seen: each result, and the number of the newest batch that had it.
        policy: `latest` or `best`.

    Returns:
        The results that count, in the order given; those among them where nothing says which is the latest; and those
        that do not count and may be another's.
    """
    seen = list(seen)
    groups, alone = _groups(seen)
    chosen, uncertain = alone, set()
    others: list[SubmissionResult] = []
    for places in groups.values():
        known = _is_order_known(seen, places)

        def best(place: int) -> tuple[bool, float, int]:
            result = seen[place][0]
            return result.status is not Verdict.ERROR, result.score, result.order

        def latest(place: int, known: bool = known) -> tuple[object, ...]:
            result, batch = seen[place]
            return (result.order,) if known else (batch, *best(place))

        right = [place for place in places if seen[place][0].status is not Verdict.WRONG_ASSIGNMENT]
        winner = max(right or places, key=best if policy == BEST else latest)
        chosen.append(winner)
        beside = [seen[place][0] for place in places if seen[place][1] == seen[winner][1]]
        if apart := [seen[place][0] for place in places
                     if is_another(seen[place][0].identity, seen[winner][0].identity)]:
            result, batch = seen[winner]
            files = ", ".join(sorted({one.identity.file or one.submission for one in (result, *apart)}))
            seen[winner] = replace(result, identity=result.identity.doubted(f"{MAY_BE_TWO}{files}")), batch
            others += apart
        elif not known and not _is_merged(beside) and _are_named_otherwise(beside):
            result, batch = seen[winner]
            files = ", ".join(sorted(one.identity.file for one in beside))
            seen[winner] = replace(result, identity=result.identity.doubted(f"{MAY_BE_TWO}{files}")), batch
        elif not known and _is_merged(beside):
            files = ", ".join(sorted(result.identity.file or result.submission for result in beside))
            result, batch = seen[winner]
            seen[winner] = replace(result, identity=result.identity.doubted(
                f"{DIFFERENT}counts: {files}")), batch
        if policy == LATEST and not known and sum(seen[p][1] == seen[winner][1] for p in places) > 1:
            uncertain.add(winner)
    chosen.sort()
    return [seen[place][0] for place in chosen], [seen[place][0] for place in chosen if place in uncertain], others
