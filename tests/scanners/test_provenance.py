"""Signatures beside model files: about this content, about another, or not there."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from mantlet.scanners.cache import Cache
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.models import check, provenance
from tests.scanners import handmade

MODEL = handmade.safetensors({})
DIGEST = hashlib.sha256(MODEL).digest()


def bundle(digest: bytes) -> str:
    signed = {
        "messageDigest": {"algorithm": "SHA2_256", "digest": base64.b64encode(digest).decode()},
        "signature": "",
    }
    return json.dumps({"mediaType": "x", "verificationMaterial": {}, "messageSignature": signed})


def folder_bundle(files: dict[str, str]) -> str:
    resources = [{"name": name, "digest": digest, "algorithm": "sha256"} for name, digest in files.items()]
    payload = base64.b64encode(json.dumps({"predicate": {"resources": resources}}).encode()).decode()
    return json.dumps({"verificationMaterial": {}, "dsseEnvelope": {"payload": payload}})


def look(folder):
    return check.run(Request(folder, list_files(folder), cache=Cache(enabled=False)))[0]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("m.safetensors.sigstore.json", bundle(DIGEST), "signature-fits"),
        ("m.safetensors.sigstore", bundle(b"x" * 32), "signature-mismatch"),
        ("model.sig", folder_bundle({"m.safetensors": DIGEST.hex()}), "signature-fits"),
        ("model.sig", folder_bundle({"m.safetensors": "00"}), "signature-mismatch"),
        ("model.sig", folder_bundle({"other": "00"}), ""),
        ("m.safetensors.sigstore", "no json", ""),
        ("readme.txt", "x", ""),
    ],
)
def test_a_signature_is_about_this_content_or_it_is_none(tmp_path, name, text, rule):
    (tmp_path / "m.safetensors").write_bytes(MODEL)
    (tmp_path / name).write_text(text)
    result = look(tmp_path)
    assert [item.rule for item in [*result.findings, *result.passes]] == ([rule] if rule else [])
    assert result.hashes == {"m.safetensors": DIGEST.hex()}
    assert (result.notes == ["1 model files have no signature beside them"]) == (rule == "")


def test_who_signed_is_known_where_sigstore_verified_it(tmp_path, monkeypatch):
    (tmp_path / "m.safetensors").write_bytes(MODEL)
    (tmp_path / "m.safetensors.sigstore").write_text(bundle(DIGEST))

    def judged(*signers):
        request = Request(tmp_path, ["m.safetensors"], cache=Cache(enabled=False), signers=signers)
        return check.run(request)[0]

    maker, other = ("ana@example.com", "https://issuer"), ("eve@example.com", "https://issuer")
    monkeypatch.setattr(provenance, "find", lambda _: "")
    without = judged(maker)
    assert [item.rule for item in without.passes] == ["signature-fits"]
    assert "sigstore isn't installed" in without.not_looked[0].why
    tool = tmp_path / "sigstore"
    tool.write_text(
        '#!/bin/sh\ncase "$*" in *--offline*ana@example.com*) exit 0;; esac\n'
        'echo "ERROR    FAIL: it was somebody\n  else" >&2; exit 1\n'
    )
    tool.chmod(0o755)
    monkeypatch.setattr(provenance, "find", lambda _: str(tool))
    assert [item.rule for item in judged(other, maker).passes] == ["signature-verified"]
    (found,) = judged(other).findings
    assert found.rule == "signature-untrusted"
    assert found.message.endswith("FAIL: it was somebody else")


def test_results_of_unchanged_files_are_remembered_but_never_taken_from_the_project(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "p"
    project.mkdir()
    (project / "a.pkl").write_bytes(handmade.PAYLOAD)
    first = check.run(Request(project, ["a.pkl"]))[0]
    monkeypatch.setattr(check, "scan_file", lambda *_: pytest.fail("it was looked at again"))
    again = check.run(Request(project, ["a.pkl"]))[0]
    assert [item.fingerprint for item in again.findings] == [item.fingerprint for item in first.findings]
    assert not [path for path in project.iterdir() if path.name != "a.pkl"]
