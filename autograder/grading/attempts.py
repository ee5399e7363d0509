"""Several attempts of a learner: their numbers, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.grading.results import SubmissionResult, Verdict

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


def counting(
    seen: Iterable[tuple[SubmissionResult, int]], policy: str
) -> tuple[list[SubmissionResult], list[SubmissionResult]]:
    """Of each learner and exercise the attempt that counts.

    The latest is the one with the greatest `order`. Where that is not known of every attempt, those of the
    newest batch come after those of older ones, and among these the best counts. Attempts that the grader
    itself failed on are the best only if there is no other. What has no learner, or no known exercise,
    counts by itself. Files with different answers that became one learner's without an order have a doubt.

    Args:
        seen: each result, and the number of the newest batch that had it.
        policy: `latest` or `best`.

    Returns:
        The results that count, in the order given; and those among them where nothing says which is the latest.
    """
    seen = list(seen)
    groups, alone = _groups(seen)
    chosen, uncertain = alone, set()
    for places in groups.values():
        known = _is_order_known(seen, places)

        def best(place: int) -> tuple[bool, float, int]:
            result = seen[place][0]
            return result.status is not Verdict.ERROR, result.score, result.order

        def latest(place: int, known: bool = known) -> tuple[object, ...]:
            result, batch = seen[place]
            return (result.order,) if known else (batch, *best(place))

        winner = max(places, key=best if policy == BEST else latest)
        chosen.append(winner)
        beside = [seen[place][0] for place in places if seen[place][1] == seen[winner][1]]
        if not known and _is_merged(beside):
            files = ", ".join(sorted(result.identity.file or result.submission for result in beside))
            result, batch = seen[winner]
            seen[winner] = replace(result, identity=result.identity.doubted(
                f"files with different answers count as one learner's, and nothing says which is the latest; the best "
                f"of them counts: {files}")), batch
        if policy == LATEST and not known and sum(seen[p][1] == seen[winner][1] for p in places) > 1:
            uncertain.add(winner)
    chosen.sort()
    return [seen[place][0] for place in chosen], [seen[place][0] for place in chosen if place in uncertain]
