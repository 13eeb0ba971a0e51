"""A finding, and what a check looked at: the two things that evidence is made of.

A check that found nothing says so only where it looked; any other end has a state of its own.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field, structs

FOLDER = ".mantlet/evidence"
"""Where evidence is kept, below a project's folder."""
SEVERITIES = ("note", "low", "medium", "high", "critical")
"""As scanners rate a finding by itself, least first; a threat's rating is another matter."""


def writable(text: str) -> str:
    """Return text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class CheckState(StrEnum):
    """How a check ended. Only `CLEAN` says that there is nothing."""

    CLEAN = "clean"
    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    SKIPPED = "skipped"
    TOOL_MISSING = "tool missing"
    DATABASE_MISSING = "database missing"


class Spot(Struct, frozen=True, order=True, omit_defaults=True):
    """Where a finding is: in a file, inside an archive's member or a notebook's cell, at an address, in an image."""

    path: str = ""
    """Relative to the project, with forward slashes."""
    line: int = 0
    column: int = 0
    cell: int = 0
    """Cell of a notebook, from 1; `line` then counts in the cell."""
    member: str = ""
    """What of the file: a member of an archive, a package of a lock file, a service of a compose file."""
    offset: int = 0
    """Byte in the file or member, where there are no lines."""
    address: str = ""
    """`host:port` of something that runs."""
    image: str = ""

    def __post_init__(self) -> None:
        """Make names text that can be written anywhere: archives and file systems hold names that are none."""
        for name in ("path", "member", "address", "image"):
            held = getattr(self, name)
            if not held.isascii() and held != (text := writable(held)):
                structs.force_setattr(self, name, text)

    def __str__(self) -> str:
        if self.address and not self.path:
            return f"{self.address} {self.member}".rstrip()
        text = self.path or self.image
        if self.cell:
            text += f" cell {self.cell}"
        if self.line:
            text += f":{self.line}"
        if self.member:
            text = f"{text} › {self.member}"
        if self.address:
            text = f"{text} → {self.address}"
        return f"{text} byte {self.offset:,}" if self.offset else text


class Finding(Struct, omit_defaults=True):
    """One thing that one tool found at one place."""

    check: str
    """Which check: models, code, secrets …"""
    tool: str
    rule: str
    message: str
    severity: str = "medium"
    spot: Spot = field(default_factory=Spot)
    cwe: list[int] = field(default_factory=list)
    fix: str = ""
    """How to mend it, in a sentence."""
    refs: list[str] = field(default_factory=list)
    """Ids in public lists: CIS, advisories."""
    anchor: str = ""
    """What stays the same when lines move: the code, the package, the setting; empty: message and line."""
    sure: bool = True
    """Whether the tool trusts it enough to speak of facts; a guess confirms threats only."""
    suppressed: str = ""
    """Why somebody silenced it."""

    def __post_init__(self) -> None:
        """Make what quotes a file text that can be written anywhere."""
        self.message, self.anchor = writable(self.message), writable(self.anchor)

    @property
    def fingerprint(self) -> str:
        """Return what identifies the finding from run to run, whatever line it moves to."""
        what = self.anchor or f"{self.message}\0{self.spot.line}"
        spot = self.spot
        parts = (self.tool, self.rule, spot.path, spot.member, spot.address, spot.image, what)
        import hashlib  # noqa: PLC0415  (loads a library of ciphers, which most runs need not)

        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:20]

    @property
    def rank(self) -> int:
        """Return how severe it is, as a number that grows."""
        return SEVERITIES.index(self.severity)


class NotLooked(Struct, frozen=True, order=True, omit_defaults=True):
    """Something that a check should have looked at and couldn't, or not to the end."""

    spot: Spot
    why: str

    def __post_init__(self) -> None:
        """Make what quotes a file text that can be written anywhere."""
        if not self.why.isascii():
            structs.force_setattr(self, "why", writable(self.why))


class CheckResult(Struct, omit_defaults=True):
    """What came of one check."""

    check: str
    tool: str
    version: str = ""
    state: CheckState = CheckState.CLEAN
    reason: str = ""
    """Why it was skipped, or what is missing."""
    mend: str = ""
    """How to get the tool or database."""
    findings: list[Finding] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    """Files and addresses that were looked at to the end."""
    passes: list[Finding] = field(default_factory=list)
    """What was looked for and found to be right: evidence for facts and controls."""
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 of what was looked at, where it matters which content that was."""
    repeated: int = 0
    """Findings that another tool of the check made too, and that are listed there."""
    not_looked: list[NotLooked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the reader should know: the age of a database, what a tool left out."""
    on: str = ""
    """The day of the run."""

    @property
    def open(self) -> list[Finding]:
        """Findings that nobody silenced."""
        return [finding for finding in self.findings if not finding.suppressed]

    def settle(self) -> CheckResult:
        """Work out the state from what was found and looked at; a state that says why nothing ran stays."""
        if self.state in {CheckState.SKIPPED, CheckState.TOOL_MISSING, CheckState.DATABASE_MISSING}:
            return self
        self.findings.sort(key=lambda item: (-item.rank, item.spot, item.rule, item.message))
        self.passes.sort(key=lambda item: (item.spot, item.rule, item.message))
        self.looked.sort()
        self.not_looked.sort()
        if self.open or self.repeated:
            self.state = CheckState.FINDINGS
        elif self.not_looked:
            self.state = CheckState.INCOMPLETE
        elif not self.looked:
            self.state = CheckState.SKIPPED
            self.reason = self.reason or "there was nothing for it to look at"
        else:
            self.state = CheckState.CLEAN
        return self


def skipped(check: str, tool: str, reason: str) -> CheckResult:
    """Return a check that had nothing to do, with the reason."""
    return CheckResult(check, tool, state=CheckState.SKIPPED, reason=reason)


def tool_missing(check: str, tool: str, mend: str) -> CheckResult:
    """Return a check whose tool isn't installed."""
    return CheckResult(
        check, tool, state=CheckState.TOOL_MISSING, reason=f"{tool} is not installed", mend=mend
    )


def database_missing(check: str, tool: str, reason: str, mend: str) -> CheckResult:
    """Return a check that has nothing to compare with."""
    return CheckResult(check, tool, state=CheckState.DATABASE_MISSING, reason=reason, mend=mend)
