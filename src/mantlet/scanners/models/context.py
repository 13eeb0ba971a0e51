"""What is collected about one file while its content is followed, and how much of it may still be."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mantlet.findings.finding import Finding, NotLooked, Spot
from mantlet.scanners.models.limits import MAX_EXPANDED, MAX_SECONDS
from mantlet.scanners.models.rules import RULES

MODEL_SUFFIXES = frozenset(
    [
        ".pkl",
        ".pickle",
        ".p",
        ".sav",
        ".joblib",
        ".jl",
        ".dill",
        ".cloudpickle",
        ".pt",
        ".pth",
        ".pt2",
        ".ckpt",
        ".bin",
        ".model",
        ".mdl",
        ".npy",
        ".npz",
        ".h5",
        ".hdf5",
        ".keras",
        ".onnx",
        ".pb",
        ".safetensors",
        ".gguf",
        ".ggml",
        ".tflite",
        ".mar",
        ".nemo",
        ".llamafile",
        ".pte",
        ".ptl",
        ".t7",
        ".weights",
        ".params",
        ".ubj",
    ]
)
"""File names that promise a model; content decides what it is."""
MAX_FINDINGS = 200


@dataclass(slots=True)
class Context:
    """One file."""

    path: str
    claims: bool = False
    """Its name promises a model."""
    findings: list[Finding] = field(default_factory=list)
    not_looked: list[NotLooked] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    """What the content turned out to be, outermost first."""
    expanded: int = 0
    members: int = 0
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def found(
        self,
        rule: str,
        member: str,
        *,
        offset: int = 0,
        anchor: str = "",
        severity: str = "",
        **words: object,
    ) -> None:
        """Note a finding; the words fill the rule's message."""
        if len(self.findings) >= MAX_FINDINGS:
            self.missed(member, f"there are more than {MAX_FINDINGS} findings; the rest is left out")
            return
        known = RULES[rule]
        made = Finding(
            check="models",
            tool="mantlet-models",
            rule=rule,
            message=known.message.format(**words),
            severity=severity or known.severity,
            spot=Spot(self.path, member=member, offset=offset),
            cwe=list(known.cwe),
            fix=known.fix,
            anchor=anchor or "·".join(str(word) for word in words.values()),
        )
        if all(made.fingerprint != other.fingerprint for other in self.findings):
            self.findings.append(made)

    def missed(self, member: str, why: str) -> None:
        """Note that a part could not be looked at."""
        entry = NotLooked(Spot(self.path, member=member), why)
        if entry not in self.not_looked and len(self.not_looked) < MAX_FINDINGS:
            self.not_looked.append(entry)

    def is_a(self, name: str) -> None:
        """Note what the content is."""
        if name not in self.formats:
            self.formats.append(name)

    @property
    def late(self) -> bool:
        """Whether the file has taken all the time it may."""
        return time.monotonic() > self.deadline

    def grow(self, count: int) -> bool:
        """Count bytes that came out of a package; tell whether that is still within bounds."""
        self.expanded += count
        return self.expanded <= MAX_EXPANDED

    @property
    def room(self) -> int:
        """Bytes that may still come out of packages."""
        return max(MAX_EXPANDED - self.expanded, 0)
