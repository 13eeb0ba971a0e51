"""Secrets by their shape; nothing of what is found is kept. Tokens here are put together so that no scanner takes them for real ones."""

from __future__ import annotations

import json

import pytest

from mantlet.scanners import secrets
from mantlet.scanners.interface import Request

LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0fG2hJ4kL6nP8rS0tV2xY4"
REAL = {
    "github-token": "gh" + "p_" + LETTERS[:36],
    "huggingface-token": "h" + "f_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZabCdEfGh",
    "aws-access-key": "AK" + "IA" + "QYLPMN5HNXKP2RTW",
    "google-api-key": "AI" + "za" + LETTERS[:35],
    "private-key": "-----BEGIN RSA PRIVATE" + " KEY-----\n" + LETTERS * 2 + "\n-----END",
    "connection-password": "postgres" + "://app:" + "s3cr3tPw9" + "@db.example/x",
    "password-literal": 'db_password = "' + "Tr0ub4dor&3" + '"',
    "secret-literal": 'API_KEY = "' + LETTERS[:32] + '"',
    "jwt": "ey" + "J" + LETTERS[:30] + ".eyJ" + LETTERS[:30] + "." + LETTERS[:30],
    "npm-token": "np" + "m_" + LETTERS[:36],
}
FINE = [
    'password = os.environ["DB_PASSWORD"]',
    'password = "${DB_PASSWORD}"',
    'password: str = "changeme"',
    'api_key = "your-api-key-here-000000"',
    'token = "<token>"',
    "postgres://app:${PASSWORD}@db/x",
    "postgres://app@db/x",
    'password_field = "password"',
    "AKIAIOSFODNN7EXAMPLE"[:10],
    "the secret of good coffee = beans",
    'secret_key_path = "/etc/keys/secret.pem"',
]


@pytest.mark.parametrize("kind", REAL)
def test_secrets_are_found_and_never_kept(kind):
    text = f"# settings\n{REAL[kind]}\n"
    found = [item for item in secrets.in_file("a.py", text) if item.rule == kind]
    assert len(found) == 1
    assert found[0].spot.line == 2
    assert REAL[kind][8:] not in found[0].message
    assert REAL[kind][8:] not in found[0].anchor


@pytest.mark.parametrize("line", FINE)
def test_references_and_placeholders_are_no_secrets(line):
    assert list(secrets.in_file("a.py", line + "\n")) == []


def test_a_marked_line_is_left_alone():
    assert list(secrets.in_file("a.py", REAL["github-token"] + "  # gitleaks:allow\n")) == []


def test_notebooks_are_read_cell_by_cell_without_their_pictures():
    cells = [
        {"cell_type": "code", "source": ["x = 1\n", REAL["password-literal"]], "outputs": []},
        {
            "cell_type": "code",
            "source": [],
            "outputs": [{"text": [REAL["github-token"]], "data": {"image/png": REAL["npm-token"]}}],
        },
    ]
    found = {item.rule: item.spot for item in secrets.in_file("a.ipynb", json.dumps({"cells": cells}))}
    assert set(found) == {"password-literal", "github-token"}
    assert (found["password-literal"].cell, found["password-literal"].line) == (1, 2)
    assert found["github-token"].cell == 2


def test_files_too_large_are_looked_at_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "MAX_BYTES", 100)
    monkeypatch.setattr(secrets, "find", lambda _: "")
    (tmp_path / "a.txt").write_text("x" * 200)
    (tmp_path / "b.bin").write_bytes(b"\0" * 10)
    (result,) = secrets.run(Request(tmp_path, ["a.txt", "b.bin"]))
    assert result.looked == []
    assert "first" in result.not_looked[0].why
