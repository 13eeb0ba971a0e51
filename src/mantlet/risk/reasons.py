"""Where each factor's number comes from, in words that name the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET

from mantlet.analysis.engine import SYSTEM_ROW
from mantlet.analysis.factcolumn import FactColumn
from mantlet.model.vector import FACTORS
from mantlet.risk.agents import SITUATIONS
from mantlet.risk.needs import tables
from mantlet.risk.owasp import factor_texts
from mantlet.risk.ratings import BEST, HIGH, LOW, Ratings
from mantlet.rules.tree import SCOPES

Source = Literal["set", "derived", "default"]
"""Set by a person, derived from the model, or the catalogue's default."""
LETTER_OF = {"LC": "confidentiality", "LI": "integrity", "LAV": "availability"}
LEVEL_WORDS = ("low", "medium", "high", "very high")


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a rating: estimate, band, where from and why."""

    code: str
    name: str
    score: float
    low: float
    high: float
    source: Source
    reason: str
    facts: tuple[str, ...] = ()
    """The facts that it would change with, as `subject.fact`."""

    def to_dict(self) -> dict[str, object]:
        """Return the factor as JSON has it."""
        return {
            "factor": self.code,
            "name": self.name,
            "score": self.score,
            "band": [self.low, self.high],
            "source": self.source,
            "reason": self.reason,
            "facts": list(self.facts),
        }


def reasons(ratings: Ratings, row: int) -> list[Factor]:
    """Explain a threat's factors, in vector order; unset business factors are left out."""
    teller = _Teller(ratings, row)
    names = {item.code: item.name for item in factor_texts()}
    scores = [ratings.factors_of(row, band) for band in (BEST, LOW, HIGH)]
    found = []
    for column, code in enumerate(FACTORS):
        best, low, high = (scores[band][column] for band in (BEST, LOW, HIGH))
        if best < 0:
            continue
        source, reason, facts = teller.tell(code)
        found.append(Factor(code, names[code], best, low, high, source, reason, facts))
    return found


class _Teller:
    """Puts a threat's numbers into words."""

    def __init__(self, ratings: Ratings, row: int) -> None:
        self.ratings, self.row = ratings, row
        analysis = ratings.analysis
        table = analysis.threats
        self.type = analysis.types[int(table.type[row])]
        self.element = int(table.element[row])
        self.situation = SITUATIONS[int(ratings.cases.situation[ratings.cases.of[row]])]
        self.kind = ratings.agent_of(row)
        self.agent = ratings.cast[self.kind]
        self.stake = ratings.cases.stake[ratings.cases.of[row]]
        self.holder = "flow" if SCOPES[self.type.at] == "movement" else "element"

    def tell(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        """Return source, reason and facts of one factor."""
        if self.ratings.set_by(self.row, code):
            return "set", f"set by the decision {self.ratings.set_by(self.row, code)}", ()
        if code in {"SL", "M", "O", "S"}:
            return self._agent(code)
        if code in {"ED", "EE", "A"}:
            return self._vulnerability(code)
        if code in {"ID", "LAC"}:
            return self._logging(code)
        if code in LETTER_OF:
            return self._technical(code)
        return self._business(code)

    def _agent(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        title = self.agent.title.lower()
        who = f"an {title}" if title[0] in "aeio" else f"a {title}"
        if code == "SL":
            return "default", f"the likeliest agent here is {who}", ()
        if code == "M":
            return (
                "derived",
                f"what is at stake is worth {self._need()} to {who}",
                ("data.classification", "data.personal"),
            )
        if code == "O":
            return self._opportunity(who)
        if "*" in self.agent.size:
            return "default", f"how many such agents there are: {title}", ()
        return "derived", f"how many could: {self._reached()}", (f"{self.holder}.exposure",)

    def _opportunity(self, who: str) -> tuple[Source, str, tuple[str, ...]]:
        _, authenticated, restricted, operator = self.situation
        inside = self.ratings.agent_inside(self.row)
        if inside:
            return "derived", f"{inside} already has access there", ("agents.access",)
        if self.agent.operated:
            end = "an end is " if self.holder == "flow" else ""
            run_by = "operated by ourselves" if operator == "us" else f"{end}operated by a {operator}"
            return "derived", run_by, ("element.operated_by",)
        if not self.agent.opportunity:
            words = (
                "access isn't restricted",
                "it isn't known whether access is restricted",
                "access is restricted",
            )[restricted]
            return (
                "derived",
                f"{who} has a way in; {words}",
                ("element.access_controlled", "element.least_privilege"),
            )
        asks = (
            "without authentication",
            "and it isn't known whether callers authenticate",
            "after authentication",
        )[authenticated]
        facts = (f"{self.holder}.exposure", "element.authenticated", "flow.client_auth")
        return "derived", f"{self._reached()} {asks}", facts

    def _reached(self) -> str:
        """Say from where the place can be reached."""
        exposure = self.situation[0]
        network = "the internet" if exposure == "internet" else f"the {exposure} network"
        seen = _UNREACHED.get(exposure, f"reachable from {network}")
        return f"{seen}, directly or through what passes input on" if self.type.travels else seen

    def _need(self) -> str:
        letters = [number for number, name in enumerate(LETTER_OF.values()) if name in self.type.cia]
        level = max((int(self.stake[letter * 3]) for letter in letters), default=0)
        return ("little", "something", "much", "much")[level]

    def _vulnerability(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        what = {"ED": "finding it", "EE": "using it", "A": "how well it is known"}[code]
        proven = self.ratings.proven(self.row, code)
        if proven:
            return "derived", f"{what}: {proven}", ()
        if code != "A" and self.ratings.analysis.threats.unsure[self.row]:
            return (
                "derived",
                f"{what}: the catalogue's score, half-way to the least because it isn't known whether something prevents it",
                ("mitigated",),
            )
        lowered = self.ratings.lowered_by(self.row, code)
        if lowered:
            return "derived", f"{what}: the catalogue's score, lowered by {', '.join(lowered)}", ()
        return "default", f"{what}: the catalogue's score for {self.type.id}", ()

    def _logging(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        facts = ("element.logged", "element.log_reviewed") + (
            ("element.query_monitored",) if code == "ID" else ()
        )
        known = {name: self._fact(name.partition(".")[2]) for name in facts}
        if all(value == "unknown" for value in known.values()):
            return "default", "it isn't known whether its use is logged and watched", facts
        told = ", ".join(
            f"{name.partition('.')[2].replace('_', ' ')}: {value}"
            for name, value in known.items()
            if value != "unknown"
        )
        return "derived", told, facts

    def _fact(self, name: str) -> str:
        if self.element == SYSTEM_ROW:
            return "unknown"
        column: FactColumn = self.ratings.analysis.atoms.facts.column("element", name)
        return column.values[int(column.codes[self.element])]

    def _technical(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        letter = LETTER_OF[code]
        if letter not in self.type.cia:
            return "default", f"{letter} isn't affected", ()
        at = list(LETTER_OF).index(code) * 3
        need, low, high = (int(self.stake[at + band]) for band in range(3))
        extent = _EXTENT[self.type.scope]
        sure = "" if low == high else ", estimated from the kind of data"
        asset = f" of {' or '.join(self.type.assets)} data" if self.type.assets else ""
        return (
            "derived" if low == high else "default",
            f"{letter} need{asset} is {LEVEL_WORDS[need]}{sure}; {extent} at once",
            ("data.classification", "data.needs", "data.personal"),
        )

    def _business(self, code: str) -> tuple[Source, str, tuple[str, ...]]:
        business = self.ratings.analysis.sections.system.business
        if code == "PV":
            reason = f"from the number of people in the data; {_EXTENT[self.type.scope]} at once"
            return "derived", reason, ("data.subjects_count",)
        stated = UNSET if business is UNSET else getattr(business, _STATED[code])
        if stated is not UNSET:
            return "derived", f"stated as {stated:g} at most; {self._share()}", ("system.business",)
        level = "medium" if business is UNSET or business.criticality is UNSET else business.criticality
        whole = tables().business[code][level]
        return (
            "derived",
            f"system criticality {level} ({whole} at most); {self._share()}",
            ("system.business",),
        )

    def _share(self) -> str:
        """Tell which part of the worst business damage this threat does."""
        if not set(self.type.cia) & set(LETTER_OF.values()):
            return "the least share of it, since only accountability is lost"
        return f"by what is at stake here, {_EXTENT[self.type.scope]} at once"


_EXTENT = {
    "one": "a single record",
    "some": "some of the data",
    "most": "most of the data",
    "all": "all of the data",
}
_UNREACHED = {
    "unknown": "it isn't known from where it can be reached",
    "none": "nobody outside opens a connection to it",
}
_STATED = {"FD": "financial", "RD": "reputation", "NC": "compliance"}
