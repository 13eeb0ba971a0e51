"""mantlet from Python: load a model, analyse it, use the result.

In a few lines::

    from mantlet import Model, analyse, load

    result = analyse(load("threatmodel.yaml"))
    for risk in result.risks:
        print(risk.severity.word, risk.title)
    result.save_report("report.html")
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.analysis.engine import Analysis, State
from mantlet.base.counts import listed
from mantlet.base.errors import UsageError
from mantlet.base.limits import is_folder
from mantlet.catalogue.load import Catalogue
from mantlet.findings.finding import FOLDER
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.project.ours import may_be_foreign
from mantlet.project.places import DEFAULT_FILE, RULES_FOLDER, catalogue_for, model_file
from mantlet.risk.owasp import ImpactMode
from mantlet.risk.register import Register, Risk

if TYPE_CHECKING:
    from mantlet.analysis.observed import Contradiction
    from mantlet.diagram.options import Options
    from mantlet.findings.evidence import Evidence
    from mantlet.project.notebook import Picture
    from mantlet.project.vcs.history import History
    from mantlet.review.cards import Dealt
    from mantlet.review.explain import Explained
    from mantlet.review.paths import AttackPath
    from mantlet.review.questions import Question

__all__ = ["DEFAULT_FILE", "RULES_FOLDER", "Assessment", "analyse", "catalogue_for", "load", "model_file"]


def load(
    path: str | Path = DEFAULT_FILE, *, environment: str = "", catalogue: Catalogue | None = None
) -> Model:
    """Read a model file (YAML or JSON), with what it includes, or a file of another tool.

    ``environment`` lays one deployment's facts over it. Raises `InputError` or `InputErrors` that name every mistake
    with file, line and column.
    """
    from mantlet.store.load import load_model  # noqa: PLC0415

    file = Path(path)
    known = catalogue or catalogue_for(file)
    if may_be_foreign(file):
        from mantlet.project.foreign import open_foreign  # noqa: PLC0415

        opened = open_foreign(file, known)
        if opened is not None:
            return opened
    return load_model(
        file,
        known.vocabulary,
        controls=known.controls,
        threats=known.threats,
        packs=known.pack_names,
        environment=environment,
    )


def analyse(
    model: Model | str | Path,
    *,
    packs: Sequence[str] | None = None,
    impact_mode: ImpactMode = "method",
    catalogue: Catalogue | None = None,
    rules: Iterable[str | Path] = (),
    environment: str = "",
    today: date | None = None,
    evidence: bool = True,
) -> Assessment:
    """Find and rate the threats of a model, or of a model file.

    ``packs`` overrides the model's choice; ``today`` decides whether acceptances have expired (default: the date).
    ``evidence`` tells whether what scans found (`.mantlet/evidence` beside the file) counts.
    """
    path = None if isinstance(model, Model) else Path(model)
    known = catalogue or catalogue_for(path, [Path(folder) for folder in rules])
    system = model if isinstance(model, Model) else load(model, environment=environment, catalogue=known)
    if not system.was_read:
        _check(system, known)
    if packs is not None and not isinstance(packs, str):
        from mantlet.project.foreign import with_packs  # noqa: PLC0415

        system, packs = with_packs(system, known, packs, path)
    sections = system.sections
    if packs is not None:
        sections = _with_packs(sections, packs)
    day = today or date.today()
    proof = _evidence(system, path, known, day) if evidence else None
    return judged(system, sections, known, proof, day, impact_mode)


def judged(
    model: Model,
    sections: Sections,
    catalogue: Catalogue,
    evidence: Evidence | None,
    today: date,
    mode: ImpactMode = "method",
) -> Assessment:
    """Judge sections that are known to be sound, with what scans found placed on them."""
    if evidence is None:
        analysis = Analysis(sections, catalogue)
    else:
        analysis = Analysis(evidence.applied(sections), catalogue, seen=evidence.facts, marks=evidence.marks)
    return Assessment(model, Register(analysis, today=today, mode=mode), evidence)


def _evidence(model: Model, path: Path | None, catalogue: Catalogue, today: date) -> Evidence | None:
    """Return what scans found about a model, where it is kept beside its file."""
    if path is None or not is_folder(path.parent / FOLDER):
        return None
    from mantlet.project.scanning import evidence_beside  # noqa: PLC0415

    return evidence_beside(path, model.sections, catalogue, today)


def contradictions(model: Model, catalogue: Catalogue, path: Path) -> list[Contradiction]:
    """Return the facts that a model file claims and evidence refutes, without judging the rest of it."""
    from mantlet.analysis.columns import Columns  # noqa: PLC0415
    from mantlet.analysis.facts import FactTable  # noqa: PLC0415

    proof = _evidence(model, path, catalogue, date.today())
    sections = proof.applied(model.sections) if proof else model.sections
    facts = FactTable(
        Columns(sections, catalogue.vocabulary), catalogue.controls, proof.facts if proof else ()
    )
    return list(facts.contradictions())


class Assessment:
    """A model with its threats, rated: the result of `analyse`."""

    def __init__(self, model: Model, register: Register, evidence: Evidence | None = None) -> None:
        self.model = model
        self.register = register
        self.evidence = evidence
        """What scans found, placed on the model; None where nothing was scanned."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue it was judged by."""
        return self.register.analysis.catalogue

    @property
    def risks(self) -> list[Risk]:
        """Open risks, worst first."""
        return self.register.open

    @property
    def to_confirm(self) -> list[Risk]:
        """Risks of which it isn't known whether they exist; `questions` says what to find out."""
        return self.register.to_confirm

    @cached_property
    def threats(self) -> list[dict[str, Any]]:
        """Every open threat as a record, in the order of the register."""
        from mantlet.report.records import Records  # noqa: PLC0415

        records = Records(self.register)
        return [
            records.threat(row) for risk in self.register if risk.state is State.OPEN for row in risk.rows
        ]

    @property
    def contradictions(self) -> list[Contradiction]:
        """Facts that the model claims and evidence refutes; the evidence counts."""
        return list(self.register.analysis.atoms.facts.contradictions())

    @cached_property
    def questions(self) -> list[Question]:
        """What to find out, most telling first."""
        from mantlet.review.questions import questions  # noqa: PLC0415

        return questions(self.register)

    @cached_property
    def paths(self) -> list[AttackPath]:
        """Attack paths from outside to what matters, likeliest first."""
        from mantlet.review.paths import attack_paths  # noqa: PLC0415

        return attack_paths(self.register)

    def cards(self, *, seed: str = "1", hand: int = 9, suits: Iterable[str] = ()) -> list[Dealt]:
        """Deal workshop cards; the same seed deals the same hand, ``suits`` are names of suits or decks."""
        from mantlet.review.cards import deal  # noqa: PLC0415

        return deal(self.register, seed=seed, hand=hand, chosen=tuple(suits))

    def explain(self, name: str) -> Explained:
        """Say why a threat or risk (`TYPE@place`) is there, or why it isn't."""
        from mantlet.review.explain import explain  # noqa: PLC0415

        return explain(self.register, name)

    def diagram(self, kind: str = "svg", options: Options | None = None, **style: Any) -> bytes:
        """Draw the data flow diagram as svg, png, dot, mermaid or plantuml; see `mantlet.project.outputs.diagram`."""
        from mantlet.project.outputs import diagram  # noqa: PLC0415

        return diagram(self, kind, options, **style)

    def sequence(self, name: str, kind: str = "svg", **style: Any) -> bytes:
        """Draw a named order of flows as a sequence diagram (svg, png, mermaid, plantuml)."""
        from mantlet.project.outputs import sequence  # noqa: PLC0415

        return sequence(self, name, kind, **style)

    def save_diagram(self, path: str | Path, **options: Any) -> Path:
        """Draw the diagram into a file whose suffix says the format."""
        from mantlet.project.outputs import SUFFIXES  # noqa: PLC0415

        kind = SUFFIXES.get(Path(path).suffix.lower().lstrip("."), "")
        return _write(Path(path), self.diagram(kind or Path(path).suffix.lstrip("."), **options))

    def report(
        self, kind: str = "html", *, date: str = "", compliance: str = "", history: History | None = None
    ) -> bytes:
        """Write the report as html, pdf, md, xlsx, csv or json; about a law (gdpr, ai-act) if ``compliance`` names one."""
        from mantlet.project.outputs import report  # noqa: PLC0415

        return report(self, kind, date=date, compliance=compliance, history=history)

    def save_report(
        self, path: str | Path, *, date: str = "", compliance: str = "", history: History | None = None
    ) -> Path:
        """Write the report into a file whose suffix says the format."""
        kind = Path(path).suffix.lower().lstrip(".")
        return _write(Path(path), self.report(kind, date=date, compliance=compliance, history=history))

    def picture(self, options: Options | None = None, **style: Any) -> Picture:
        """Draw the data flow diagram as a picture that notebooks show by themselves."""
        from mantlet.project.notebook import Picture  # noqa: PLC0415

        return Picture(self.diagram("svg", options, **style).decode())

    def frame(self, what: str, library: str = "") -> Any:
        """Return elements, flows, risks, threats or findings as a data frame of pandas or polars."""
        from mantlet.project.frames import frame  # noqa: PLC0415

        return frame(self, what, library)

    def _repr_html_(self) -> str:
        from mantlet.project.notebook import assessment_html  # noqa: PLC0415

        return assessment_html(self)

    def __repr__(self) -> str:
        return f"<Assessment of {self.model.name}: {listed(self.register.counts(), 'no open risks')}>"


def _check(model: Model, catalogue: Catalogue) -> None:
    """Refuse a model built in Python for the same mistakes as one in a file."""
    from mantlet.model.validate import check  # noqa: PLC0415
    from mantlet.store.convert import raise_problems  # noqa: PLC0415

    found = check(
        model.sections, catalogue.vocabulary, catalogue.controls, catalogue.threats, catalogue.pack_names
    )
    raise_problems(found, None)


def _write(path: Path, data: bytes) -> Path:
    from mantlet.base.files import write_atomic  # noqa: PLC0415

    write_atomic(path, data)
    return path


def _with_packs(sections: Sections, packs: Sequence[str]) -> Sections:
    from msgspec import structs  # noqa: PLC0415

    if isinstance(packs, str):
        raise UsageError("packs is one text", mend="give a list, such as packs=['ml']")
    return structs.replace(
        sections, catalogue=structs.replace(sections.catalogue, packs=list(packs), without=[])
    )
