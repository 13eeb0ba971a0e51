"""Projects and servers that mean harm: everything ends soon, with an answer."""

from __future__ import annotations

import json
import time

import pytest

from mantlet.findings.finding import CheckState
from mantlet.scanners import secrets
from mantlet.scanners.cache import Cache
from mantlet.scanners.dependencies import check as dependencies
from mantlet.scanners.hardening import check as hardening
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.models.scan import scan_file
from tests.scanners import handmade

SOON = 10
HDF5 = b"\x89HDF\r\n\x1a\n"
MODELS = {
    "m.h5": HDF5 + b'{"class_name"' * 60_000,
    "a.jinja": b"{{" * 400_000,
    "b.jinja": b"{{ " + b"(" * 50_000 + b" }}",
    "tokenizer_config.json": json.dumps({"chat_template": "{{" * 300_000 + "}}" + "{%" * 300_000}).encode(),
    "deep.json": b'{"class_name":' + b"[" * 200_000,
    "lines.pkl": b"c" * 3_000_000,
    "strings.pkl": b"\x80\x04" + b"\x8c\x01a" * 500_000,
    "marks.pkl": b"\x80\x04" + b"(" * 500_000 + b"1" * 500_000 + b".",
    "memo.pkl": b"\x80\x04N" + b"\x94" * 500_000 + b".",
    "many.pkl": b"N." * 300_000,
    "npy.npy": b"\x93NUMPY\x02\x00" + (1 << 20).to_bytes(4, "little") + b"'descr':" * 131_072,
    "names.pt": handmade.zipped({f"{'a/' * 50}{number}": b"N." for number in range(3_000)}),
    "headers.zip": b"PK\x03\x04" * 100_000,
    "big.onnx": b"\x08\x08" + handmade.field(7, handmade.field(1, handmade.field(4, b"Relu")) * 50_000),
    "gguf.gguf": b"GGUF" + (3).to_bytes(4, "little") + b"\0" * 8 + b"\xff" * 8,
    "safetensors": (90 << 20).to_bytes(8, "little") + b"{" * 100,
    "constants.pkl": b"\x80\x04" + b"".join(b"C\x08\x80\x04N.\x80\x04N." for _ in range(30_000)) + b".",
}


@pytest.mark.parametrize("name", MODELS)
def test_model_files_that_mean_to_take_long(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(MODELS[name])
    started = time.monotonic()
    assert scan_file(path, name).verdict
    assert time.monotonic() - started < SOON


TEXTS = {
    "compose.yml": "services: " + "[" * 300_000,
    "deploy.yaml": "apiVersion: v1\nkind: Pod\nspec: " + "{a: " * 200_000,
    "Dockerfile": "FROM a:1\nRUN " + "curl " * 200_000 + "\nRUN " + "jupyter " * 100_000,
    "environment.yml": "dependencies: " + "[" * 300_000,
    "requirements.txt": "a" * 500_000 + "\n" + " " * 500_000 + "b\n" + "--hash " * 100_000,
    "under.py": "_" * 1_000_000,
    "jwt.txt": "-eyJ" * 250_000,
    "address.txt": "a" * 500_000 + "://" + "b" * 500_000,
    "nginx.conf": "ssl_ciphers " * 80_000,
    "app.py": "launch(" * 20_000,
    "a.ipynb": '{"cells": ' + "[" * 100_000,
    "poetry.lock": "a = " + "[" * 50_000,
    "a.tf": 'resource "a" "b" ' + "{ c " * 20_000,
    "b.tf": 'resource "a" "b" { c = "' + "${" * 300_000,
    "c.tf": 'resource "a" "b" { c = ' + "[" * 200_000,
    "main.sh": "mlflow server --host " * 40_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_mean_to_take_long(tmp_path, monkeypatch, name):
    monkeypatch.setattr(secrets, "find", lambda _: "")
    (tmp_path / name).write_text(TEXTS[name])
    request = Request(tmp_path, list_files(tmp_path), cache=Cache(enabled=False), expected=["a:1"])
    started = time.monotonic()
    results = [*secrets.run(request), *dependencies.run(request), *hardening.run(request)]
    assert all(result.state in CheckState for result in results)
    assert time.monotonic() - started < SOON
