"""Several attempts of a learner: their numbers, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.grading.results import SubmissionResult, Verdict
from autograder.submissions.doubts import Doubt, Why, of_kind
from autograder.submissions.likeness import is_another, is_later

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
    codes = {_code(result) or f"{place}" for place, result in enumerate(results)}
    return len(codes) > 1 and not all(result.identity.confirmed for result in results)


def _was(one: SubmissionResult, other: SubmissionResult) -> bool:
    """Whether something is what another was before it was renamed."""
    return bool(of_kind(one.identity.doubts, {Why.RENAMED})) and one.identity.content == other.identity.content != ""


def _code(result: SubmissionResult) -> str:
    """What tells different answers apart; empty where it is not known."""
    return result.environment.get("code") or result.identity.content


def _differ(one: SubmissionResult, other: SubmissionResult) -> bool:
    return not _code(one) or _code(one) != _code(other)


def _are_named_otherwise(results: Sequence[SubmissionResult]) -> bool:
    """Whether in one folder, that counts as a learner, files of the same content name several people."""
    return len({result.identity.origin for result in results}) > 1 and not all(
        result.identity.confirmed for result in results)


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
        winner = _winner(seen, places, policy)
        result, batch = seen[winner]
        beside = [seen[place][0] for place in places if seen[place][1] == batch]
        apart = [seen[place][0] for place in places if is_another(seen[place][0].identity, result.identity)
                 and not _was(seen[place][0], result)]
        others += apart
        before = [seen[place][0] for place in places if seen[place][1] < batch]
        doubts = _doubts(result, beside, apart, before, known=_is_order_known(seen, places), policy=policy)
        seen[winner] = replace(result, identity=result.identity.doubted(*doubts)), batch
        chosen.append(winner)
        if policy == LATEST and not _is_order_known(seen, places) and len(beside) > 1:
            uncertain.add(winner)
    chosen.sort()
    return [seen[place][0] for place in chosen], [seen[place][0] for place in chosen if place in uncertain], others


def _winner(seen: Sequence[tuple[SubmissionResult, int]], places: Sequence[int], policy: str) -> int:
    """The place of the attempt that counts, of those of one learner."""
    known = _is_order_known(seen, places)

    def best(place: int) -> tuple[bool, float, int]:
        result = seen[place][0]
        return result.status is not Verdict.ERROR, result.score, result.order

    def latest(place: int) -> tuple[object, ...]:
        result, batch = seen[place]
        return (result.order,) if known else (batch, *best(place))

    right = [place for place in places if seen[place][0].status is not Verdict.WRONG_ASSIGNMENT]
    return max(right or places, key=best if policy == BEST else latest)


def _doubts(winner: SubmissionResult, beside: Sequence[SubmissionResult], apart: Sequence[SubmissionResult],
            before: Sequence[SubmissionResult], *, known: bool, policy: str) -> list[Doubt]:
    """Why it is not certain that this one is the learner's, and the one that counts.

    Args:
        winner: the attempt that counts.
        beside: all of its batch, itself included.
        apart: those of all batches that may be another person's.
        before: those that only earlier batches had.
        known: whether the order of all of them is known.
        policy: `latest` or `best`.
    """
    if apart:
        return [Doubt(f"{SEVERAL_PLACES}{_files([winner, *apart])}", Why.PLACES)]
    if not known and not _is_merged(beside) and _are_named_otherwise(beside):
        return [Doubt(f"{SEVERAL_PLACES}{_files(beside)}", Why.PLACES)]
    if not known and _is_merged(beside):
        return [Doubt("files with different answers count as one learner's, and nothing says which is the latest; the "
                      f"best of them counts: {_files(beside)}", Why.DIFFERENT)]
    if policy == BEST or winner.identity.confirmed:
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


SEVERAL_PLACES = "files of one name from several places count as one learner's, and may be two people's: "


def _files(results: Iterable[SubmissionResult]) -> str:
    return ", ".join(sorted({one.identity.file or one.submission for one in results}))
