"""Everything a file's schema cannot see: names that nobody knows, cycles, facts in the wrong place.

All mistakes are found at once. Plain loops over mappings: 100,000 elements with 300,000 flows take about a second.
A decision whose place is gone is no mistake; it is kept and listed as orphaned.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import UNSET

from mantlet.base.memory import without_collection
from mantlet.model.check_ids import check_ids, check_names
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
    packs: Collection[str] = (),
) -> list[Problem]:
    """Return every mistake of a model; ``controls``, ``threat_types`` and ``packs`` are the ids that the catalogue knows."""
    problems = Problems()
    with without_collection():
        check_ids(sections, problems)
        check_names(sections, problems)
        if sections.catalogue.packs is not UNSET:
            problems.names(sections.catalogue.packs, packs, "pack", ("catalogue", "packs"))
        problems.names(sections.catalogue.without, packs, "pack", ("catalogue", "without"))
        system = SystemChecker(sections, vocabulary, problems)
        system.run()
        ReviewChecker(sections, controls, threat_types, problems, system.facts).run()
    return problems.found
