"""Rules of ours in the language of the Threat Modeling Tool's generation filters, as far as that goes.

The filters know types, properties and crossed boundaries of one flow, and two values. What they cannot ask is left out:
of conditions that all must hold the others remain, so a threat rather shows once too often than never.
"""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.formats.tmt.names import property_of, stencil_id
from mantlet.model.vocabulary import DIMENSIONS, ELEMENT_KINDS, Vocabulary
from mantlet.rules.tree import YES, And, Carries, Const, Crosses, FactIn, Not, Or, Tree, TypeIs, atoms

Answer = str | bool | None
"""A filter, or always or never; None for what cannot be asked."""
PLACES = ("flow", "flow.source", "flow.target", "element")
"""Where threats are that a flow's filters can find; elements are found at the flows that reach them."""
_GENERIC = {"process": "GE.P", "external-entity": "GE.EI", "data-store": "GE.DS"}


class Filters:
    """Translates rules."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.facts: dict[str, dict[str, None]] = {}
        """Per stencil, generic ones included, the facts that filters ask of objects like it."""

    def note_facts(self, applies: Tree, mitigated: Tree) -> None:
        """Note which facts a threat type asks, of the stencils that it is about; of all of a kind where it names none."""
        types: dict[str, list[str]] = {}
        for atom in atoms(applies):
            if isinstance(atom, TypeIs):
                types.setdefault(atom.subject, []).extend(atom.types)
        for atom in (*atoms(applies), *atoms(mitigated)):
            if not isinstance(atom, FactIn) or self._fact(atom.subject, atom.fact, atom.values) is None:
                continue
            named = types.get(atom.subject, list(ELEMENT_KINDS))
            for stencil in ["GE.DF"] if atom.subject == "flow" else self._stencils(named):
                self.facts.setdefault(stencil, {})[atom.fact] = None

    def include(self, tree: Tree) -> str:
        """Return the filter of places where a threat is; empty where that cannot be asked."""
        found = self._of(tree)
        return found if isinstance(found, str) else ""

    def exclude(self, tree: Tree) -> str:
        """Return the filter of places where it is prevented."""
        return self.include(tree)

    def _of(self, tree: Tree) -> Answer:
        match tree:
            case Const(value):
                return value == YES if value != 1 else None
            case And(items):
                return self._all([self._of(item) for item in items])
            case Or(items):
                return self._any([self._of(item) for item in items])
            case Not(item):
                return self._not(item)
            case TypeIs(subject, types) if subject in {"source", "target", "element"}:
                word = "target" if subject == "element" else subject
                return _either(f"{word} is '{name}'" for name in self._stencils(types))
            case FactIn(subject, fact, values) if subject in {"source", "target", "element", "flow"}:
                return self._fact(subject, fact, values)
            case Carries(subject, _, words, types) if subject in {"source", "target", "element", "flow"}:
                return self._carries(subject, words, types)
            case Crosses(types):
                return _either(f"flow crosses '{name}'" for name in self._boundaries(types))
            case _:
                return None

    def _all(self, found: list[Answer]) -> Answer:
        if any(item is False for item in found):
            return False
        texts = [item for item in found if isinstance(item, str)]
        if not texts:
            return None if None in found else True
        return texts[0] if len(texts) == 1 else " and ".join(_closed(text) for text in texts)

    def _any(self, found: list[Answer]) -> Answer:
        if any(item is True for item in found):
            return True
        texts = [item for item in found if isinstance(item, str)]
        if not texts:
            return None if None in found else False
        return " or ".join(_closed(text) for text in dict.fromkeys(texts)) if len(texts) > 1 else texts[0]

    def _not(self, item: Tree) -> Answer:
        if not self._askable(item):
            return None
        found = self._of(item)
        return f"not ({found})" if isinstance(found, str) else None if found is None else not found

    def _askable(self, tree: Tree) -> bool:
        """Tell whether all of a rule can be asked; half a condition says something else once it is negated."""
        if isinstance(tree, And | Or):
            return all(self._askable(item) for item in tree.items)
        return self._askable(tree.item) if isinstance(tree, Not) else self._of(tree) is not None

    def _fact(self, subject: str, fact: str, values: Iterable[str]) -> Answer:
        known = self.vocabulary.facts.get(fact)
        kind = "flow" if subject == "flow" else "element"
        if known is None or known.derived or kind not in known.on or not isinstance(known.values, list):
            return None
        word = "target" if subject == "element" else subject
        listed = [value for value in values if value in known.values]
        return _either(f"{word}.{property_of(fact)} is '{value}'" for value in listed)

    def _carries(self, subject: str, words: Iterable[str], types: tuple[str, ...]) -> Answer:
        """Ask for the types of elements that hold data of these types by nature: filters know nothing of data."""
        if "any" in words:
            return True
        wanted = set(types)
        holding = [
            name for name in self.vocabulary.of_realm("element") if wanted & self.vocabulary.natural(name)
        ]
        word = {"flow": "source", "element": "target"}.get(subject, subject)
        return _either(f"{word} is '{name}'" for name in self._stencils(holding)) if holding else None

    def _stencils(self, types: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        for name in types:
            if name in ELEMENT_KINDS:
                found[_GENERIC[name]] = None
                continue
            for item in self.vocabulary.subtypes(name):
                if self.vocabulary.types[item].realm == "element":
                    found[stencil_id(self.vocabulary.kind(item), item)] = None
        return list(found)

    def _boundaries(self, types: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        for name in types:
            if name == DIMENSIONS[0]:
                found["GE.TB.L"] = None
            for item in self.vocabulary.subtypes(name):
                if self.vocabulary.types[item].realm == "boundary":
                    found[stencil_id("boundary", item)] = None
        return list(found)


def _either(parts: Iterable[str]) -> Answer:
    listed = list(parts)
    return " or ".join(listed) if listed else False


def _closed(text: str) -> str:
    return f"({text})" if " or " in text or " and " in text else text
