"""A rule's conditions as sentences about the model: “Churn API” is a process, “predict” crosses no boundary of network zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mantlet.analysis.engine import Analysis
from mantlet.model.vocabulary import Realm
from mantlet.review.wording import holder_id, label
from mantlet.rules.tree import (
    HOLDERS,
    Atom,
    Carries,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Linked,
    Scope,
    Subject,
    TypeIs,
    Within,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A condition in words; of a fact also its parts, so that they can be laid out."""

    words: str
    about: str
    """The name of what it speaks of."""
    title: str = ""
    """The fact's title; empty where it is about the drawing."""
    wanted: tuple[str, ...] = ()
    """Which values make the condition true, or untrue where it is negated."""


def sentence(analysis: Analysis, atom: Atom, scope: Scope, place: int, *, negated: bool = False) -> Sentence:
    """Put a condition at a place into words; ``negated`` says that its not being so counts."""
    subject: Subject = (
        "flow" if isinstance(atom, Crosses) else "data" if isinstance(atom, DataIs) else atom.subject
    )
    about = _label(analysis, scope, subject, place)
    if isinstance(atom, (FactIn, FactCompare, FactKnown)):
        return _of_fact(analysis, atom, about, negated=negated)
    relation, object_ = _relation(analysis, atom, negated=negated)
    return Sentence(f"{about} {_VERBS[relation][negated]} {object_}", about)


def _of_fact(
    analysis: Analysis, atom: FactIn | FactCompare | FactKnown, about: str, *, negated: bool
) -> Sentence:
    title = analysis.columns.vocabulary.facts[atom.fact].title
    if isinstance(atom, FactKnown):
        return Sentence(f"{about}: {title} {'is not' if negated else 'is'} written down", about, title)
    if isinstance(atom, FactCompare):
        comparison = f"{_COMPARED[atom.op]} {atom.number:g}"
        words = f"{about}: {title} is {'not ' if negated else ''}{comparison}"
        return Sentence(words, about, title, (comparison,))
    words = f"{about}: {title} is {'not ' if negated else ''}{_either(atom.values)}"
    return Sentence(words, about, title, atom.values)


def _relation(analysis: Analysis, atom: Atom, *, negated: bool) -> tuple[str, str]:
    """Return the verb's key and the object of a condition that is about the drawing."""
    match atom:
        case TypeIs(_, types):
            return "is-a", _a(_titles(analysis, types, "element"), negated=negated)
        case Crosses(types):
            return "crosses", _either(_titles(analysis, types, "boundary"))
        case Within(_, types):
            return "within", _either(_titles(analysis, types, "boundary"))
        case Carries(_, relation, words, types) | Lineage(_, relation, words, types):
            return relation, _data(analysis, words, types)
        case DataIs(words, types):
            return "is", _data(analysis, words, types)
        case Linked(_, relation, types):
            return relation, _a(_titles(analysis, types, "element"))
        case ControlOn(control, _):
            known = analysis.catalogue.controls.get(control)
            return "control", f"“{known.title if known else control}”"
    raise TypeError(f"{type(atom).__name__} is no condition about the drawing")


def _label(analysis: Analysis, scope: Scope, subject: Subject, place: int) -> str:
    rows = analysis.atoms.rows(scope, subject)
    row = place if rows is None else int(rows[place])
    holder = HOLDERS[subject]
    if holder == "copy":
        facts = analysis.atoms.facts
        data = label(analysis, "data", holder_id(analysis, "data", int(facts.copy_data[row])))
        return f"{data} at {label(analysis, 'element', holder_id(analysis, 'element', int(facts.copy_element[row])))}"
    return label(analysis, holder, holder_id(analysis, holder, row))


def _titles(analysis: Analysis, names: Sequence[str], realm: Realm) -> list[str]:
    """Return types as they stand in a sentence; a kind that a foreign template brought keeps its own name."""
    vocabulary = analysis.columns.vocabulary
    known = [vocabulary.types.get(vocabulary.resolve(name, realm)) for name in names]
    titles = [item.title if item and item.title else name for item, name in zip(known, names, strict=True)]
    return [title if title[:2].isupper() else title[:1].lower() + title[1:] for title in titles]


def _data(analysis: Analysis, words: Sequence[str], types: Sequence[str]) -> str:
    return _either([*(_DATA[word] for word in words), *_titles(analysis, types, "data")])


def _a(titles: list[str], *, negated: bool = False) -> str:
    if negated or titles[0].startswith(_UNCOUNTED):
        return _either(titles)
    article = "an" if titles[0][:1].lower() in "aeio" else "a"
    return f"{article} {_either(titles)}"


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_UNCOUNTED = "code "
_VERBS = {
    "is-a": ("is", "is no"),
    "is": ("is", "is not"),
    "crosses": ("crosses a boundary of", "crosses no boundary of"),
    "within": ("lies within", "does not lie within"),
    "carries": ("carries", "does not carry"),
    "holds": ("keeps", "does not keep"),
    "handles": ("handles", "does not handle"),
    "trains-on": ("has a model that was trained on", "has no model that was trained on"),
    "derived-from": ("is made from", "is not made from"),
    "receives-from": ("gets data from", "gets no data from"),
    "sends-to": ("sends data to", "sends no data to"),
    "reached-from": ("can be reached from", "cannot be reached from"),
    "reaches": ("reaches", "does not reach"),
    "control": ("is protected by", "is not protected by"),
}
"""What a relation is called in a sentence, and its opposite."""
_DATA = {
    "any": "any data",
    "personal": "personal data",
    "special-category": "special categories of personal data",
    "confidential": "confidential data",
    "restricted": "restricted data",
    "automated-decisions": "what decides about people by itself",
}
_COMPARED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
