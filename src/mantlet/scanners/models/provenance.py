"""Where a model file comes from: its hash, and whether a signature beside it is about this very content.

A sigstore bundle names the digest that was signed. That it fits is checked here; who signed is sigstore's to verify, as a
process and offline, with the identities that the user expects. Anybody can write a bundle that fits.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mantlet.base.errors import MantletError
from mantlet.base.limits import is_file, read_text
from mantlet.scanners.process import ToolError, find, first_line, run

SIGSTORE = "sigstore"
MEND = "pipx install sigstore"
_LOG = re.compile(r"ERROR|\b\w+\.py:\d+")
"""What sigstore's log writes between its words."""
MAX_BYTES = 16 * 2**20
_BESIDE = (".sigstore.json", ".sigstore", ".sig.json")
_IN_FOLDER = ("model.sig", "model.sigstore.json", "signature.json")
"""Signatures of a whole folder of a model (OpenSSF model signing)."""


def signature(path: Path, name: str, digest: str) -> tuple[str, str]:
    """Judge the signature of a model file: `unsigned`, `signed` or `mismatch`, with the bundle's name.

    ``digest`` is the file's SHA-256 in hexadecimal, ``name`` its path as a bundle may write it.
    """
    for bundle in _bundles(path):
        known = dict(_digests(bundle))
        if not known:
            continue
        said = known.get("") or next((known[key] for key in known if key and _same(key, name)), "")
        if said:
            return ("signed" if said == digest else "mismatch"), bundle.name
    return "unsigned", ""


def signer(path: Path, bundle: str, signers: Sequence[tuple[str, str]]) -> tuple[bool, str]:
    """Tell whether one of the signers made a file's signature, and which, or why none did; raises `ToolError`."""
    program = find(SIGSTORE)
    if not program:
        raise ToolError(f"sigstore isn't installed ({MEND})")
    if bundle in _IN_FOLDER:
        raise ToolError("it is a folder's signature; `model_signing verify` looks at those")
    command, why = [program, "verify", "identity", "--offline"], ""
    for identity, issuer in signers:
        expected = ["--cert-identity", identity, "--cert-oidc-issuer", issuer]
        said = run([*command, "--bundle", str(path.with_name(bundle)), *expected, str(path)], seconds=60)
        if said.code == 0:
            return True, identity
        why = " ".join(_LOG.sub(" ", said.err.partition("ERROR")[2]).split()) or first_line(said.err)
    return False, why[:200]


def _bundles(path: Path) -> Iterator[Path]:
    for suffix in _BESIDE:
        if is_file(path.with_name(path.name + suffix)):
            yield path.with_name(path.name + suffix)
    for name in _IN_FOLDER:
        if is_file(path.parent / name):
            yield path.parent / name


def _same(written: str, name: str) -> bool:
    """Tell whether a bundle's name for a file is this file's."""
    return name == written or name.endswith(f"/{written.lstrip('./')}")


def _digests(bundle: Path) -> Iterator[tuple[str, str]]:
    """Yield the digests that a bundle signs: of one file (no name), or of each file of a folder."""
    try:
        document = json.loads(read_text(bundle, MAX_BYTES, ""))
    except (MantletError, ValueError, RecursionError):
        return
    if not isinstance(document, dict) or "verificationMaterial" not in document:
        return
    message = document.get("messageSignature")
    if isinstance(message, dict):
        yield "", _hex(message.get("messageDigest", {}).get("digest", ""))
    envelope = document.get("dsseEnvelope")
    if isinstance(envelope, dict):
        yield from _statement(envelope.get("payload", ""))


def _statement(payload: Any) -> Iterator[tuple[str, str]]:
    try:
        statement = json.loads(base64.b64decode(str(payload)))
    except (ValueError, binascii.Error, RecursionError):
        return
    predicate = statement.get("predicate") if isinstance(statement, dict) else None
    resources = predicate.get("resources", []) if isinstance(predicate, dict) else []
    for item in resources if isinstance(resources, list) else ():
        if isinstance(item, dict) and str(item.get("algorithm", "sha256")).lower() in {"sha256", "sha-256"}:
            yield str(item.get("name", "")), str(item.get("digest", "")).lower()
    subjects = statement.get("subject", []) if isinstance(statement, dict) else []
    for item in subjects if isinstance(subjects, list) and not resources else ():
        if isinstance(item, dict):
            yield str(item.get("name", "")), str(item.get("digest", {}).get("sha256", "")).lower()


def _hex(text: Any) -> str:
    try:
        return base64.b64decode(str(text), validate=True).hex()
    except (ValueError, binascii.Error):
        return str(text).lower()
