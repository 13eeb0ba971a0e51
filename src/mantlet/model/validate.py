"""Everything a file's schema cannot see: names that nobody knows, cycles, facts in the wrong place.

All mistakes are found at once. Plain loops over mappings: 100,000 elements with 300,000 flows take about a second.
A decision whose place is gone is no mistake; it is kept and listed as orphaned.
"""

from __future__ import annotations

from collections.abc import Collection

from mantlet.base.memory import without_collection
from mantlet.model.check_ids import check_ids
from mantlet.model.check_review import ReviewChecker
from mantlet.model.check_system import SystemChecker
from mantlet.model.entries import Sections
from mantlet.model.problem import Problem, Problems
from mantlet.model.vocabulary import Vocabulary

__all__ = ["Problem", "check"]


def check(
    sections: Sections,
    vocabulary: Vocabulary,
    controls: Collection[str] = (),
    threat_types: Collection[str] = (),
) -> list[Problem]:
    """Return every mistake of a model; ``controls`` and ``threat_types`` are the ids that the catalogue knows."""
    problems = Problems()
    with without_collection():
        check_ids(sections, problems)
        system = SystemChecker(sections, vocabulary, problems)
        system.run()
        ReviewChecker(sections, controls, threat_types, problems, system.facts).run()
    return problems.found
