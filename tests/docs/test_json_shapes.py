"""Real output of every command fits its documented schema."""

import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mantlet.__main__ import run
from mantlet.project.demo import list_examples, write_example

SCHEMAS = Path(__file__).parents[2] / "docs/schema"
COMMANDS = {
    "risks": ["risks", "MODEL", "--json"],
    "threats": [
        "threats",
        "MODEL",
        "--json",
        "--status",
        "open",
        "--status",
        "to-confirm",
        "--status",
        "mitigated",
    ],
    "considered": ["threats", "MODEL", "--considered", "--json"],
    "questions": ["ask", "MODEL", "--json"],
    "validate": ["validate", "MODEL", "--json"],
    "rate": ["rate", "SL:1/M:1/O:1/S:1/ED:1/EE:1/A:1/ID:1/LC:1/LI:1/LAV:1/LAC:1", "--json"],
    "coverage": ["catalogue", "coverage", "--json"],
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("example", [item.id for item in list_examples()])
def test_output_fits_its_schema(name, example, tmp_path, monkeypatch, capfd):
    model = write_example(example, tmp_path / "demo")
    arguments = [str(model) if part == "MODEL" else part for part in COMMANDS[name]]
    monkeypatch.setattr(sys, "argv", ["mantlet", *arguments])
    assert run() == 0
    document = json.loads(capfd.readouterr().out)
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    errors = [
        f"{error.json_path}: {error.message[:120]}"
        for error in Draft202012Validator(schema).iter_errors(document)
    ]
    assert errors == []


def test_every_schema_is_valid_and_used():
    names = {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")}
    assert names == set(COMMANDS)
    for path in SCHEMAS.glob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
