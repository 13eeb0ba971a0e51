"""Sound models of any shape, with names that nobody would give."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from msgspec import UNSET

from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import (
    Agent,
    Basis,
    Boundary,
    ControlInPlace,
    Copy,
    Data,
    Decision,
    Element,
    Environment,
    Flow,
    ManualThreat,
    Party,
    Review,
    Sections,
    Subjects,
    System,
)
from mantlet.model.vocabulary import ELEMENT_KINDS
from tests.security.hostile import NAMES

texts = st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
called = texts.map(lambda name: name if name.strip() else "")
ids = st.from_regex(r"[\w./-]{1,6}", fullmatch=True).filter(
    lambda name: name != "system" and not name.startswith("x-") and not name.endswith(".returns")
)
scores = st.sampled_from([0, 1.5, 3, 6, 9])
days = st.sampled_from(["2020-02-29", "2026-11-24", "9999-12-31"])


@cache
def words():
    """Return the catalogue's types by realm, facts by subject with values, controls and threat types."""
    known = load_catalogue()
    vocabulary = known.vocabulary
    facts = {
        subject: {fact.id: fact.values if isinstance(fact.values, list) else ["3", "0.5"] if fact.values == "number" else ["x"] for fact in vocabulary.facts_for(subject)}
        for subject in ("element", "flow", "boundary", "data", "copy", "system")
    }  # fmt: skip
    return (
        {realm: vocabulary.of_realm(realm) for realm in ("element", "boundary", "data")},
        facts,
        sorted(known.controls),
        sorted(known.threats),
    )


def facts_of(draw, subject):
    known = words()[1][subject]
    chosen = draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True)) if known else []
    return {name: draw(st.sampled_from([*known[name], "unknown", "n/a"])) for name in chosen}


def some(draw, names, most=3):
    return draw(st.lists(st.sampled_from(names), max_size=most, unique=True)) if names else []


@st.composite
def models(draw, most=7):
    """A model that validates."""
    types, _, controls, threats = words()
    vocabulary = load_catalogue().vocabulary
    sizes = [draw(st.integers(0, most)) for _ in range(4)]
    names = draw(st.lists(ids, min_size=sum(sizes), max_size=sum(sizes), unique=True))
    boundary_ids, data_ids, flow_ids, element_ids = (
        names[sum(sizes[:part]) : sum(sizes[: part + 1])] for part in range(4)
    )

    boundaries: dict[str, Boundary] = {}
    for name in boundary_ids:
        kind = draw(st.sampled_from(types["boundary"]))
        dimension = vocabulary.dimension(kind)
        outer = [
            other for other, entry in boundaries.items() if vocabulary.dimension(entry.type) == dimension
        ]
        boundaries[name] = Boundary(
            type=kind,
            name=draw(called),
            description=draw(texts),
            in_=draw(st.sampled_from(["", *outer])),
            facts=facts_of(draw, "boundary"),
        )
    data: dict[str, Data] = {}
    for name in data_ids:
        origins = some(draw, list(data), 2)
        more = {}
        if draw(st.booleans()):
            more["personal"] = draw(st.lists(texts, max_size=2))
            more["subjects"] = Subjects(who=draw(texts), count=draw(st.integers(0, 10**18)))
        if origins:
            more["derived_from"] = {
                origin: draw(st.sampled_from(["train", "embed", "aggregate", "pseudonymise", "copy"]))
                for origin in origins
            }
        data[name] = Data(
            name=draw(called),
            type=draw(st.sampled_from(types["data"])),
            purpose=draw(texts),
            retention=draw(texts),
            facts=facts_of(draw, "data"),
            **more,
        )
    elements: dict[str, Element] = {}
    for name in element_ids:
        within: dict[str, str] = {}
        for place in some(draw, boundary_ids):
            within.setdefault(vocabulary.dimension(boundaries[place].type), place)
        holds = {
            item: Copy(retention=draw(texts), facts=facts_of(draw, "copy"))
            for item in some(draw, data_ids, 2)
        }
        elements[name] = Element(
            type=draw(st.sampled_from([*ELEMENT_KINDS, *types["element"]])), name=draw(called), description=draw(texts), in_=list(within.values()),
            operated_by=draw(st.sampled_from(["us", "them"])), facts=facts_of(draw, "element"), out_of_scope=draw(st.sampled_from(["", "", "", "<b>"])),
            **({"holds": holds} if holds else {}),
        )  # fmt: skip
    flows: dict[str, Flow] = {}
    for name in flow_ids if len(element_ids) > 1 else []:
        source, target = draw(st.permutations(element_ids))[:2]
        sent = {key: some(draw, data_ids, 2) for key in ("data", "returns") if draw(st.booleans())}
        flows[name] = Flow(
            from_=source,
            to=target,
            name=draw(called),
            opened_by=draw(st.sampled_from(["", target])),
            facts=facts_of(draw, "flow"),
            **sent,
        )
    places = [*elements, *flows, *boundaries, *data, "system"]
    movements = [*flows, *(f"{name}.returns" for name, flow in flows.items() if flow.returns)]
    own = {
        f"OWN-{row}": ManualThreat(
            title=draw(called) or "T", text=draw(texts), at=some(draw, places, 2), stride=["spoofing"]
        )
        for row in range(draw(st.integers(0, 2)))
    }
    decided = {
        f"{draw(st.sampled_from([*threats, *own]))}@{draw(st.sampled_from([*places, '*', 'gone']))}": decision(
            draw, controls
        )
        for _ in range(draw(st.integers(0, 3)))
    }
    return Sections(
        system=System(name=draw(called) or "S", owner=draw(texts), description=draw(texts), facts=facts_of(draw, "system")),
        parties={"them": Party(name=draw(called), role="processor", region=draw(texts))},
        data=data, boundaries=boundaries, elements=elements, flows=flows,
        sequences={"order": draw(st.lists(st.sampled_from(movements), max_size=4))} if movements else {},
        agents={"eve": Agent(name=draw(called), skill=draw(scores), access=some(draw, [*elements, *boundaries]))} if draw(st.booleans()) else {},
        controls={"c": ControlInPlace(control=draw(st.sampled_from(controls)), on=some(draw, places), note=draw(texts))},
        threats=own, decisions=decided, assumptions=draw(st.lists(texts, max_size=2)),
        environments={"live": Environment(facts={name: facts_of(draw, "element") for name in some(draw, list(elements), 1)})},
        reviews=[Review(by=draw(texts), on=draw(days), note=draw(texts))],
    )  # fmt: skip


def decision(draw, controls):
    until = draw(days)
    return Decision(
        treatment=draw(st.sampled_from(["mitigate", "avoid", "transfer", "accept", "not-applicable"])), controls=some(draw, controls, 2), reason=draw(texts).strip() or "r",
        approved_by="a", until=until, rating=draw(st.sampled_from(["", "SL:9", "(SL:1/FD:0/RD:9/NC:1/PV:2)"])), basis=Basis(severity=draw(st.sampled_from([UNSET, "high", "note"])), facts=draw(st.dictionaries(texts, texts, max_size=2))),
    )  # fmt: skip
