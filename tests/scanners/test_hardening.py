"""Rules over settings, each broken and mended; edits that mend; files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mantlet.findings.finding import CheckState
from mantlet.scanners.hardening import check, terraform
from mantlet.scanners.hardening.found import rules
from mantlet.scanners.hardening.mending import diffs, mend
from mantlet.scanners.hardening.texts import UnreadableError, documents, instructions
from mantlet.scanners.interface import Request, list_files

CASES = yaml.safe_load((Path(__file__).parent / "hardening_cases.yaml").read_text("utf-8"))
ALL = [(rule, number, case) for rule, cases in CASES.items() for number, case in enumerate(cases)]


def look(folder: Path, path: str, text: str):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return check.run(Request(folder, list_files(folder)))[0]


@pytest.mark.parametrize(
    ("rule", "case"),
    [pytest.param(rule, case, id=f"{rule}-{number}") for rule, number, case in ALL],
)
def test_each_rule_speaks_where_it_is_broken_and_is_silent_where_it_is_mended(tmp_path, rule, case):
    bad = look(tmp_path / "bad", case["path"], case["bad"])
    good = look(tmp_path / "good", case["path"], case["good"])
    assert bad.state is CheckState.FINDINGS
    assert rule in {finding.rule for finding in bad.findings}
    assert not good.not_looked
    assert rule not in {finding.rule for finding in good.findings}
    found = next(finding for finding in bad.findings if finding.rule == rule)
    assert found.spot.path == case["path"]
    assert found.spot.line > 0
    assert found.fix


@pytest.mark.parametrize(
    ("rule", "kind", "setting", "values"),
    [
        (rule, kind, setting, values)
        for rule, kinds in terraform.settings().items()
        for kind, named in kinds.items()
        for setting, values in named.items()
    ],
)
def test_settings_of_clouds_speak_by_their_value_alone(rule, kind, setting, values):
    def speaks(written):
        *blocks, name = setting.split(".")
        inner = "" if written is None else f"{name} = {written}\n"
        body = "".join(f"{block} {{\n" for block in blocks) + inner + "}\n" * len(blocks)
        found = terraform.look(f'resource "{kind}" "a" {{\n{body}}}\n')
        return any((hit.rule, hit.what) == (rule, setting) for hit in found)

    for value in values:
        quoted = json.dumps(value)
        assert speaks(None if value == "absent" else quoted)
    assert speaks(None) == ("absent" in values)
    assert not speaks("var.something")
    assert not speaks('"something else"')


def test_every_rule_has_a_case():
    assert set(rules()) == {*CASES, "port-not-modelled", "plain-address"}


def test_ports_and_addresses_are_compared_with_the_model(tmp_path):
    (tmp_path / "compose.yml").write_text(
        "services:\n  tracker:\n    ports: ['5000:5000', '127.0.0.1:7000:7000']\n  odd:\n    ports: ['9999:9999']\n"
        "    environment: {A: 'http://tracker:5000', B: 'https://tracker:5000', C: 'http://other:1'}\n"
    )
    (tmp_path / "a.py").write_text("URI = 'http://tracker:5000/x'\n")
    found = check.run(Request(tmp_path, list_files(tmp_path), expected=["tracker:5000", "postgres"]))[
        0
    ].findings
    compared = sorted(
        (item.rule, str(item.spot)) for item in found if item.rule in {"port-not-modelled", "plain-address"}
    )
    assert compared == [
        ("plain-address", "a.py:1 → tracker:5000"),
        ("plain-address", "compose.yml:6 → tracker:5000"),
        ("port-not-modelled", "compose.yml:5 › service odd"),
    ]
    silent = check.run(Request(tmp_path, list_files(tmp_path)))[0].findings
    assert not {"port-not-modelled", "plain-address"} & {item.rule for item in silent}


def test_a_secure_compose_file_is_clean(tmp_path):
    text = """
services:
  api:
    image: registry.example/api:1@sha256:aa
    user: "10001"
    read_only: true
    security_opt: ["no-new-privileges:true"]
    ports: ["127.0.0.1:8000:8000"]
    environment: {DATABASE_URL: "${DATABASE_URL}"}
    deploy: {resources: {limits: {memory: 1g}}}
"""
    assert look(tmp_path, "compose.yml", text).state is CheckState.CLEAN


def test_yaml_that_is_nothing_of_ours_is_not_counted_as_looked_at_with_care(tmp_path):
    result = look(tmp_path, "values.yaml", "a: 1\n")
    assert result.findings == []


def test_templates_and_broken_files_are_incomplete(tmp_path):
    assert (
        look(tmp_path / "a", "deploy.yaml", "apiVersion: v1\n{{ if x }}\nkind: Pod\n{{ end }}\n").state
        is CheckState.INCOMPLETE
    )
    assert look(tmp_path / "b", "compose.yml", "services: [\n").state is CheckState.INCOMPLETE


def test_an_anchor_bomb_ends():
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
    )
    assert len(list(documents(text))) == 1


def test_nothing_nested_without_end_is_followed():
    with pytest.raises(UnreadableError):
        list(documents("a: " + "[" * 5000 + "]" * 5000))


def test_continuations_and_heredocs_are_one_instruction():
    found = instructions(
        "FROM a:1\nRUN apt-get update \\\n # no\n  && apt-get install x\nRUN <<EOF\nsudo a\nEOF\nUSER b\n"
    )
    assert [(item.name, item.line) for item in found] == [("FROM", 1), ("RUN", 2), ("RUN", 5), ("USER", 8)]
    assert "install x" in found[1].value
    assert "sudo a" in found[2].value


@given(st.text(max_size=300))
def test_no_dockerfile_makes_it_fail(text):
    from mantlet.scanners.hardening import dockerfile

    list(dockerfile.look(text, False))


MENDED = {
    "compose.yml": (
        'services:\n  t:\n    image: a:1\n    privileged: true\n    ports:\n      - "5000:5000"\n',
        'services:\n  t:\n    image: a:1\n    privileged: false\n    ports:\n      - "127.0.0.1:5000:5000"\n',
    ),
    "Dockerfile": ("FROM a:1\nADD src /src\n", "FROM a:1\nCOPY src /src\n"),
    "nginx.conf": (
        "autoindex on;\nssl_protocols TLSv1 TLSv1.2;\n",
        "autoindex off;\nssl_protocols TLSv1.2 TLSv1.3;\n",
    ),
    "demo.py": ("demo.launch(share=True)\n", "demo.launch(share=False)\n"),
}


@pytest.mark.parametrize("path", MENDED)
def test_edits_mend_what_they_are_for_and_nothing_else(tmp_path, path):
    before, after = MENDED[path]
    result = look(tmp_path, path, before)
    (edit,) = mend(tmp_path, [result])
    assert (edit.before, edit.after) == (before, after)
    assert any(line.startswith("+") for line in diffs([edit]))
    assert (tmp_path / path).read_text("utf-8") == before
    assert mend(tmp_path, [look(tmp_path, path, after)]) == []


def tool(folder, name: str, script: str) -> str:
    """Return the path of a program that stands in for a tool."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_other_tools_add_what_our_own_rules_do_not_say(tmp_path, monkeypatch):
    from mantlet.scanners.hardening import others

    project = tmp_path / "p"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM a\n")
    answer = '[{"file":"Dockerfile","line":1,"column":1,"code":"DL3006","level":"warning","message":"tag"},'
    answer += '{"file":"Dockerfile","line":1,"column":1,"code":"DL3059","level":"info","message":"runs"}]'
    checks = '{"results":{"failed_checks":[{"check_id":"CKV_DOCKER_7","check_name":"n","file_path":"/Dockerfile","resource":"r"},'
    checks += '{"check_id":"CKV_X_1","check_name":"other","file_path":"/Dockerfile","file_line_range":[1,2],"resource":"r"}]}}'
    report = 'while [ "$1" != --report-file ]; do shift; done; echo "warning[]=AUTH-1|weak|-|" > "$2"'
    programs = {
        "hadolint": tool(tmp_path, "hadolint", f"echo '{answer}'"),
        "checkov": tool(tmp_path, "checkov", f"echo '{checks}'"),
        "lynis": tool(tmp_path, "lynis", report),
    }
    monkeypatch.setattr(others, "find", lambda name: programs.get(name, ""))
    _, first, second, third = check.run(Request(project, ["Dockerfile"], targets=["localhost"]))
    assert ([item.rule for item in first.findings], first.repeated) == (["DL3059"], 1)
    assert ([item.rule for item in second.findings], second.repeated) == (["CKV_X_1"], 1)
    assert [(item.rule, item.severity, str(item.spot)) for item in third.findings] == [
        ("AUTH-1", "medium", "localhost")
    ]
    assert [result.tool for result in check.run(Request(project, ["Dockerfile"]))] == [
        "mantlet-hardening", "hadolint", "checkov",
    ]  # fmt: skip


def test_another_tool_that_fails_is_incomplete_and_leaves_the_rest(tmp_path, monkeypatch):
    from mantlet.scanners.hardening import others

    (tmp_path / "Dockerfile").write_text("FROM a\n")
    broken = tool(tmp_path, "hadolint", "echo oops >&2; exit 3")
    monkeypatch.setattr(others, "find", lambda name: broken if name == "hadolint" else "")
    own, other = check.run(Request(tmp_path, ["Dockerfile"]))
    assert own.findings
    assert (other.state, other.not_looked[0].why) == (CheckState.INCOMPLETE, "hadolint failed: oops")


def test_terraform_of_one_folder_shares_what_it_knows(tmp_path):
    files = {
        "infra/main.tf": """
# resource "no" "comment" {}
resource "aws_db_instance" "open" {
  publicly_accessible = var.public   // said in another file
  storage_encrypted   = local.sealed
}
resource "aws_security_group" "g" {
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      cidr_blocks = [local.everywhere]
    }
  }
}
resource "aws_s3_bucket_policy" "b" { policy = data.aws_iam_policy_document.anybody.json }
resource "aws_iam_role_policy" "r" {
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["s3:*", "s3:Get"], Resource = "*" }]
  })
}
resource "aws_sqs_queue_policy" "q" {
  policy = <<-EOT
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "a",
                   "Condition": {"ArnEquals": {"aws:SourceArn": "b"}}}}
    EOT
}
""",
        "infra/more.tf": """
variable "public" { default = false }
locals {
  everywhere = "${local.half}/0"
  half       = "0.0.0.0"
  sealed     = true
  itself     = "${local.itself}"
}
data "aws_iam_policy_document" "anybody" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
""",
        "infra/terraform.tfvars": "public = true\n",
        "elsewhere/main.tf": 'resource "aws_db_instance" "x" {\n  publicly_accessible = var.public\n}\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    own = check.run(Request(tmp_path, sorted(files)))[0]
    found = {(item.rule, item.spot.member) for item in own.findings if item.spot.path.startswith("infra")}
    assert found == {
        ("cloud-public", "aws_db_instance.open"),
        ("open-to-world", "aws_security_group.g"),
        ("cloud-public", "aws_s3_bucket_policy.b"),
        ("cloud-wide-rights", "aws_iam_role_policy.r"),
    }
    other = {item.rule for item in own.findings if item.spot.path.startswith("elsewhere")}
    assert other == {"cloud-unencrypted"}


@given(st.text(max_size=200))
def test_no_terraform_makes_it_fail(text):
    from mantlet.scanners.hardening import terraform

    try:
        list(terraform.look(text))
    except UnreadableError:
        return
