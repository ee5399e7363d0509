"""Which of several attempts of a learner counts."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.grading.results import SubmissionResult, Verdict

LATEST = "latest"
BEST = "best"


def counting(
    seen: Iterable[tuple[SubmissionResult, int]], policy: str
) -> tuple[list[SubmissionResult], list[SubmissionResult]]:
    """Of each learner and exercise the attempt that counts.

    The latest is the one with the greatest `order`. Where that is not known of every attempt, those of the
    newest batch come after those of older ones, and among these the best counts. Attempts that the grader
    itself failed on are the best only if there is no other. What has no learner, or no known exercise,
    counts by itself.

    Args:
        seen: each result, and the number of the newest batch that had it.
        policy: `latest` or `best`.

    Returns:
        The results that count, in the order given; and those among them where nothing says which is the latest.
    """
    seen = list(seen)
    groups: dict[tuple[str, str], list[int]] = {}
    alone = []
    for place, (result, _) in enumerate(seen):
        if result.learner.strip() and result.assignment:
            groups.setdefault((result.learner, result.assignment), []).append(place)
        else:
            alone.append(place)
    chosen, uncertain = alone, set()
    for places in groups.values():
        orders = [seen[place][0].order for place in places]
        known = all(orders) and len(set(orders)) == len(orders)

        def best(place: int) -> tuple[bool, float, int]:
            result = seen[place][0]
            return result.status is not Verdict.ERROR, result.score, result.order

        def latest(place: int, known: bool = known) -> tuple[object, ...]:
            result, batch = seen[place]
            return (result.order,) if known else (batch, *best(place))

        winner = max(places, key=best if policy == BEST else latest)
        chosen.append(winner)
        if policy == LATEST and not known and sum(seen[p][1] == seen[winner][1] for p in places) > 1:
            uncertain.add(winner)
    chosen.sort()
    return [seen[place][0] for place in chosen], [seen[place][0] for place in chosen if place in uncertain]
