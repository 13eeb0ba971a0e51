"""How far published lists are covered, agreed on by two readers, and reached on models that other people drew."""

from __future__ import annotations

from pathlib import Path

from tables import Parts, table

from mantlet.catalogue.coverage import FrameworkCoverage, coverage
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.reading import Agreement, shipped_readings
from mantlet.project.reach import shown_on

MODELS = Path(__file__).parents[1] / "tests/models"
OURS = {"bare-30"}
"""What stands among them and was drawn here."""


def drawn() -> list[Path]:
    """Return the models that other people drew."""
    return [path for path in sorted(MODELS.glob("*.yaml")) if "." not in path.stem and path.stem not in OURS]


def coverage_tables(catalogue: Catalogue) -> Parts:
    """Return the tables of what is covered and of the second reading."""
    lists = coverage(catalogue, shown_on(drawn(), catalogue), shipped_readings(), open_lists=True)
    head = ["list", "version", "of", "entries", "covered", "elsewhere", "open", "reachable"]
    counted = [item for item in lists if not catalogue.frameworks[item.id].open]
    sums = [item.agreement for item in lists if item.agreement]
    read = [_agreement(item.title, item.agreement) for item in lists if item.agreement]
    total = Agreement(
        reader="",
        on="",
        read="",
        **{
            name: sum(getattr(item, name) for item in sums)
            for name in ("mappings", "agreed", "added", "confirmed", "refused", "against", "changed")
        },
    )
    return {
        "coverage": table(head, [_covered(item) for item in counted]),
        "second-reading": table(
            [
                "list",
                "mappings at first",
                "agreed",
                "",
                "taken back",
                "added",
                "taken back of these",
                "stand now",
                "read by two",
            ],
            [*read, _agreement("**all**", total)],
        ),
        "drawn": f"{', '.join(f'`{path.stem}`' for path in drawn())}",
    }


def _covered(item: FrameworkCoverage) -> list[str]:
    covered, left = (
        sum(item.counts.get(word, 0) for word in words) for words in (("threat", "control"), ("open",))
    )
    counts = (item.total, covered, item.total - covered - left, left)
    threats = item.counts.get("threat", 0)
    return [
        item.title,
        item.version,
        item.of,
        *map(str, counts),
        f"{item.reached} of {threats}" if threats else "–",
    ]


def _agreement(title: str, said: Agreement) -> list[str]:
    back = said.mappings - said.agreed
    stand = said.agreed + said.added - said.refused
    counts = (back, said.added, said.refused, stand, said.agreed + said.confirmed - said.against)
    return [
        title,
        str(said.mappings),
        str(said.agreed),
        f"{said.agreed / said.mappings:.0%}" if said.mappings else "not read yet",
        *map(str, counts),
    ]
