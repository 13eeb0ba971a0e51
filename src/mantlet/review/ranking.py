"""The order of questions: each threat counts in full for the first question about it, and little for those after.

Once the likeliest way to prevent a threat was asked about, asking for a second one tells less: the answer may no longer
matter.
"""

from __future__ import annotations

import heapq

from mantlet.review.wording import Question

REPEATED_SHARE = 0.3
"""What a threat counts for a question when one before is about it too."""
_NEARLY = 1e-9


def ranked(found: list[Question]) -> list[Question]:
    """Return the questions so that each is worth most given those before it; sets their `weight` to that."""
    about: dict[int, list[Question]] = {}
    for question in found:
        question.weight = sum(question.worth.values())
        for row in question.worth:
            about.setdefault(row, []).append(question)
    heap = [(-item.weight, item.fact, item.at, number) for number, item in enumerate(found)]
    heapq.heapify(heap)
    asked: set[int] = set()
    order: list[Question] = []
    while heap:
        weight, fact, at, number = heapq.heappop(heap)
        question = found[number]
        if -weight > question.weight + _NEARLY:
            heapq.heappush(heap, (-question.weight, fact, at, number))
            continue
        order.append(question)
        for row in question.worth.keys() - asked:
            for other in about[row]:
                if other is not question:
                    other.weight -= (1 - REPEATED_SHARE) * other.worth[row]
        asked |= question.worth.keys()
    return order
