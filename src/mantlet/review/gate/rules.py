"""The rules of the gate that look at one version of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import UNSET

from mantlet.analysis.engine import State
from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.catalogue.coverage import coverage
from mantlet.findings.finding import CheckResult, CheckState
from mantlet.review.gate.outcome import Item
from mantlet.review.gate.policy import Policy
from mantlet.review.questions import questions
from mantlet.risk.decisions import Ruling
from mantlet.risk.needs import HARM_WORDS
from mantlet.risk.owasp import Severity
from mantlet.risk.register import Register, Risk

NEVER = "never"
NOTHING_SAID = (CheckState.SKIPPED, CheckState.TOOL_MISSING, CheckState.DATABASE_MISSING)
ANSWERED_FOR = ("accept", "mitigate", "avoid", "transfer")


def asked(policy: Policy) -> list[str]:
    """Return the rules that a policy switches on, besides what is compared with a baseline."""
    on = {
        "empty-model": True,
        "undescribed-flow": policy.described,
        "open-risk": policy.fail_at != NEVER,
        "open-harm": policy.harm_at != NEVER,
        "stale-decision": policy.expired,
        "overdue": policy.overdue,
        "missing-owner": policy.owners,
        "four-eyes": policy.four_eyes,
        "long-acceptance": policy.acceptance_days > 0,
        "open-question": policy.questions_at != NEVER,
        "drift": policy.drift,
        "old-evidence": policy.evidence_days > 0,
        "framework-gap": bool(policy.frameworks),
    }
    return [name for name, is_on in on.items() if is_on]


def judge(register: Register, policy: Policy, results: Sequence[CheckResult] = ()) -> list[Item]:
    """Return what a policy finds wrong with a model and its evidence."""
    on = asked(policy)
    found = [*_described(register, policy), *_open(register, policy)]
    for ruling in register.rulings.all:
        found += _ruling(ruling, register, on)
        found += _acceptance(ruling, register.today, policy)
    found += _controls(register, on)
    if "open-question" in on:
        found += _questions(register, policy)
    if "old-evidence" in on:
        found += _evidence(results, register.today, policy.evidence_days)
    found += _frameworks(register, policy.frameworks)
    return found


def _described(register: Register, policy: Policy) -> Iterator[Item]:
    """A model that says nothing has no threats; that must not pass."""
    sections = register.analysis.sections
    elements = [name for name, item in sections.elements.items() if not item.out_of_scope]
    flows = {name: item for name, item in sections.flows.items() if not item.out_of_scope}
    for what, there in (("elements", elements), ("flows", flows), ("data", sections.data)):
        if not there:
            scope = "" if what == "data" else " in scope"
            yield Item(
                "empty-model",
                "error",
                f"the model has no {what}{scope}: it says nothing that could be judged",
                f"empty:{what}",
                (what,),
                mend="describe the system: `mantlet discover` drafts it from the code",
            )
    if not policy.described:
        return
    for name, flow in flows.items():
        if flow.data is UNSET and flow.returns is UNSET:
            yield Item(
                "undescribed-flow",
                "error",
                f"nobody wrote what data '{name}' carries",
                f"undescribed:{name}",
                ("flows", name),
                mend="write `data: […]`, or `data: []` for none",
            )


def _open(register: Register, policy: Policy) -> Iterator[Item]:
    worst_harm = register.ratings.harm()[:, 1]
    for risk in [*register.open, *register.to_confirm]:
        ruling = risk.ruling
        if risk.state is State.TO_CONFIRM and ruling is not None and ruling.settles:
            continue
        if policy.planned_passes and _planned(ruling):
            continue
        worst = risk.worst_case
        if policy.fail_at != NEVER and worst >= Severity.of(policy.fail_at):
            yield _risk(risk, "open-risk", f"{_words(risk)}: {risk.title}")
            continue
        if policy.harm_at != NEVER:
            harm = int(worst_harm[list(risk.rows)].max())
            if harm >= HARM_WORDS.index(policy.harm_at):
                yield _risk(risk, "open-harm", f"{HARM_WORDS[harm]} harm to people: {risk.title}")


def _planned(ruling: Ruling | None) -> bool:
    return (
        ruling is not None
        and ruling.standing == "planned"
        and not ruling.note.startswith("overdue")
        and bool(ruling.decision.owner)
        and ruling.decision.due is not UNSET
    )


def _words(risk: Risk) -> str:
    known = risk.severity.word
    text = known if risk.worst_case == risk.severity else f"{known}, {risk.worst_case.word} at worst"
    return f"{text}, to confirm" if risk.state is State.TO_CONFIRM else text


def _risk(risk: Risk, rule: str, message: str) -> Item:
    ruling = risk.ruling
    note = f" ({ruling.decision.treatment}: {ruling.note})" if ruling and ruling.note else ""
    section, name = _section(risk)
    return Item(
        rule,
        "error",
        f"{risk.id}: {message}{note}",
        f"{rule}:{risk.id}",
        (section, name) if name else (),
        risk.worst_case.word,
        f"`mantlet explain {risk.id}` says why and what helps",
    )


def _section(risk: Risk) -> tuple[str, str]:
    sections = risk.register.analysis.sections
    for name, table in (("elements", sections.elements), ("boundaries", sections.boundaries)):
        if risk.element in table:
            return name, risk.element
    return "system", ""


def _ruling(ruling: Ruling, register: Register, on: Sequence[str]) -> Iterator[Item]:
    path = ("decisions", ruling.key)
    decision = ruling.decision
    if not ruling.rows:
        return
    if "stale-decision" in on and ruling.standing in {"expired", "incomplete", "changed"}:
        words = f"{ruling.key} ({decision.treatment}) is {ruling.standing}: {ruling.note}"
        yield Item("stale-decision", "error", words, f"stale:{ruling.key}", path, mend="decide it anew")
    late = decision.due is not UNSET and decision.due < register.today.isoformat()
    if "overdue" in on and late and decision.status != "done" and ruling.standing != "active":
        words = f"{ruling.key} ({decision.treatment}) was due on {decision.due}"
        yield Item(
            "overdue", "error", words, f"overdue:{ruling.key}", path, mend="do it, or decide on another day"
        )
    nobody = not decision.owner and not (decision.treatment == "accept" and decision.approved_by)
    if "missing-owner" in on and decision.treatment in ANSWERED_FOR and nobody:
        words = f"{ruling.key} ({decision.treatment}) has no owner"
        yield Item("missing-owner", "error", words, f"owner:{ruling.key}", path, mend="write `owner: …`")


def _acceptance(ruling: Ruling, today: date, policy: Policy) -> Iterator[Item]:
    decision, path = ruling.decision, ("decisions", ruling.key)
    if decision.treatment != "accept" or not ruling.rows:
        return
    if policy.four_eyes and decision.owner and decision.owner == decision.approved_by:
        words = f"{ruling.key}: {decision.owner} owns the risk and approved it"
        yield Item("four-eyes", "error", words, f"eyes:{ruling.key}", path, mend="let somebody else approve")
    if policy.acceptance_days and decision.until is not UNSET:
        latest = (today + timedelta(days=policy.acceptance_days)).isoformat()
        if decision.until > latest:
            words = f"{ruling.key} is accepted until {decision.until}, which is after {latest}"
            yield Item("long-acceptance", "error", words, f"long:{ruling.key}", path, mend="end it earlier")


def _controls(register: Register, on: Sequence[str]) -> Iterator[Item]:
    for name, place in register.analysis.sections.controls.items():
        if place.status != "planned":
            continue
        path = ("controls", name)
        if "overdue" in on and place.due is not UNSET and place.due < register.today.isoformat():
            words = f"the control {name} ({place.control}) was due on {place.due}"
            yield Item(
                "overdue",
                "error",
                words,
                f"overdue:control:{name}",
                path,
                mend="do it, or plan it for another day",
            )
        if "missing-owner" in on and not place.owner:
            words = f"the planned control {name} ({place.control}) has no owner"
            yield Item(
                "missing-owner", "error", words, f"owner:control:{name}", path, mend="write `owner: …`"
            )


def _questions(register: Register, policy: Policy) -> Iterator[Item]:
    bar = Severity.of(policy.questions_at)
    for question in questions(register, policy.questions):
        if question.worst >= bar:
            words = f"{question.text} ({len(question.threats)} threats hang on it, {question.worst.word} at worst)"
            yield Item(
                "open-question",
                "error",
                words,
                f"question:{question.id}",
                question.path[:2],
                question.worst.word,
                "`mantlet ask` writes the answer into the model",
            )


def _evidence(results: Sequence[CheckResult], today: date, days: int) -> Iterator[Item]:
    told = [result for result in results if result.state not in NOTHING_SAID]
    mend = "`mantlet scan` looks again"
    if not told:
        yield Item(
            "old-evidence", "error", "there is no evidence: nothing was scanned", "evidence", mend=mend
        )
    oldest = (today - timedelta(days=days)).isoformat()
    for result in told:
        if result.on < oldest:
            age = f"from {result.on}" if result.on else "of no known day"
            words = f"the evidence of {result.check} ({result.tool}) is {age}; {days} days are allowed"
            yield Item("old-evidence", "error", words, f"evidence:{result.check}:{result.tool}", mend=mend)


def _frameworks(register: Register, names: Sequence[str]) -> Iterator[Item]:
    """An entry is covered by a rule that is on in this model, or was dealt with by the catalogue otherwise."""
    analysis = register.analysis
    active = {item.id for item in analysis.types}
    tables = {table.id: table for table in coverage(analysis.catalogue)}
    for name in names:
        if name not in tables:
            raise UsageError(
                f"unknown framework '{name}' in the policy",
                mend=suggest(name, tables) or "`mantlet catalogue list frameworks` names them",
            )
        table = tables[name]
        missing = [
            entry.id
            for entry in table.entries
            if entry.counted
            and (
                entry.disposition == "open"
                or (entry.disposition == "threat" and not any(kind in active for kind in entry.types))
            )
        ]
        if missing:
            shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
            words = f"{table.title}: {len(missing)} of {table.total} entries are not looked at ({shown})"
            yield Item(
                "framework-gap",
                "error",
                words,
                f"framework:{name}",
                ("catalogue",),
                mend="switch the pack on under `catalogue: packs:`",
            )
