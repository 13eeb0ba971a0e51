"""A few types and facts, enough for every kind of mistake."""

from mantlet.model.vocabulary import FactDef, TypeDef, Vocabulary

TYPES = [
    *(TypeDef(id=name) for name in ("external-entity", "process", "data-store")),
    *(
        TypeDef(id=name, realm="boundary")
        for name in ("network", "execution", "organisation", "tenant", "jurisdiction")
    ),
    TypeDef(id="data", realm="data"),
    TypeDef(id="user", is_="external-entity", aliases=["customer"]),
    TypeDef(id="inference-service", is_="process"),
    TypeDef(id="training-job", is_="process"),
    TypeDef(id="database", is_="data-store"),
    TypeDef(id="model", realm="data", is_="data"),
    TypeDef(id="vpc", realm="boundary", is_="network"),
]
FACTS = [
    FactDef(id="logged", on=["element", "boundary"], title="Logged", question="?"),
    FactDef(id="encrypted", on=["flow", "boundary"], title="Encrypted", question="?"),
    FactDef(id="protocol", on=["flow"], title="Protocol", question="?", values=["https", "http"], open=True),
    FactDef(id="access", on=["flow"], title="Access", question="?", values=["read", "write"]),
    FactDef(id="callers", on=["element"], title="Callers", question="?", values="number"),
    FactDef(id="note", on=["element", "system"], title="Note", question="?", values="text"),
    FactDef(id="erasure", on=["copy"], title="Erasure", question="?"),
    FactDef(id="minimised", on=["data"], title="Minimised", question="?"),
    FactDef(
        id="exposure",
        on=["element"],
        title="Exposure",
        question="?",
        why="It follows from the flows.",
        derived=True,
    ),
]
VOCABULARY = Vocabulary(TYPES, FACTS)
CONTROLS = ["rate-limiting", "sandbox"]
THREATS = ["MODEL-THEFT", "DOS"]
PACKS = ["security", "privacy", "ml"]
