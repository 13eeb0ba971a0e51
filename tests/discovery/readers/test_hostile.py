"""Whatever a file holds, a reader answers with clues about lines that are there; what it can't make out, it says."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from told import fixtures, text_of

from mantlet.discovery.clues import Clue, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers import readers

QUIET = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def check(reader: str, path: str, text: str) -> list[Clue]:
    found = readers()[reader].read(Source(path, text))
    lines = text.count("\n") + 1
    for clue in found:
        assert clue.at.path == path
        assert 0 <= clue.at.line <= lines, clue
    return found


@pytest.mark.parametrize(("reader", "path"), fixtures())
@QUIET
@given(data=st.data())
def test_damaged_files(reader, path, data):
    """Lines lost, doubled or swapped for others, words replaced by other shapes, ends cut off."""
    lines = text_of(reader, path).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "swap", "shape", "cut"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "shape":
            head = lines[at].partition(":")[0]
            lines[at] = (
                head
                + ": "
                + data.draw(
                    st.sampled_from(["[]", "{}", "[[a]]", "{a: {b: c}}", "~", "1", "'", "${x}", "&a [*a]"])
                )
            )
        else:
            lines[at] = lines[at][: data.draw(st.integers(0, max(len(lines[at]), 1)))]
    check(reader, path, "\n".join(lines))


@pytest.mark.parametrize(("reader", "path"), fixtures())
@QUIET
@given(text=st.text(max_size=300))
def test_any_text(reader, path, text):
    check(reader, path, text)


def _hostile() -> dict[str, str]:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    return {
        "deep lists": "[" * 100_000,
        "deep maps": "{a: " * 50_000,
        "deep blocks": "".join(" " * n + "a:\n" for n in range(500)),
        "deep parentheses": "(" * 20_000,
        "deep braces": 'a "b" {\n' * 5_000,
        "aliases": bomb,
        "itself": "&a {services: *a, stages: *a, jobs: *a, apiVersion: v1, kind: *a, spec: *a}",
        "long line": "x" * 300_000,
        "many quotes": "'\"`" * 20_000,
        "nulls": "\x00" * 100,
        "surrogate": 'a: "\\ud800"',
        "many lines": "a: b\n" * 20_000,
        "selects": "SELECT " + "(" * 3_000 + "1" + ")" * 3_000,
        "calls": "fetch(" * 5_000,
        "continued": "a \\\n" * 20_000,
        "open tags": "<form <script <input " * 15_000,
        "open scripts": "<script>" * 40_000,
        "open templates": "{{/* {% {# {{ " * 20_000,
        "open variables": "A=" + "${" * 10_000,
        "open substitutions": "$(" + "a" * 20_000,
        "colons": "services: {a: {image: x, volumes: ['" + ":" * 100_000 + "']}}",
        "passwords": "A=" + "http://a:" * 20_000,
        "constants": "".join(f"const a{n} = `" + f"${{a{n - 1}}}" * 60 + "`;" for n in range(1, 12))
        + "fetch(a11)",
        "resources": 'resource "aws_sqs_queue" "a" {}\n' * 8_000,
        "grown graph": bomb + "spec: {predictors: [{graph: *a59}]}\napiVersion: v1\nkind: SeldonDeployment\n",
        "grown template": bomb
        + "AWSTemplateFormatVersion: x\nResources: {a: {Type: AWS::S3::Bucket, Properties: *a59}}\n",
        "many services": "apiVersion: v1\nkind: Service\nspec: {selector: {a: b}}\n---\n" * 5_000,
    }


@pytest.mark.parametrize("reader", sorted(readers()))
@pytest.mark.parametrize("name", sorted(_hostile()))
def test_bombs(reader, name):
    path = next(path for owner, path in fixtures() if owner == reader)
    check(reader, path, _hostile()[name])


@pytest.mark.parametrize(
    ("reader", "path", "text"),
    [
        ("compose", "compose.yaml", "services: [1, 2\n"),
        ("dvc", "dvc.yaml", "stages:\n  a: b: c\n"),
        ("terraform", "a.tf", 'resource "a" {\n'),
        ("settings", "a.toml", "a = \n"),
        ("dependencies", "package.json", "{"),
        ("dvc", ".dvc/config", "url = x\n"),
        ("nginx", "nginx.conf", "server { location / {\n proxy_pass http://a; }\n"),
        ("dockerfile", "Dockerfile", "RUN a\n"),
        ("kubernetes", "a.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n"),
    ],
)
def test_broken_files_are_reported(reader, path, text):
    assert any(isinstance(clue, Unclear) for clue in check(reader, path, text))


def test_every_reader_has_a_fixture():
    assert {name for name, _ in fixtures()} == set(readers())


def test_without_the_extra_the_readers_say_what_is_missing():
    """Parsers that aren't installed are named with the command that installs them."""
    script = textwrap.dedent("""
        import sys
        for name in ("sqlglot", "tree_sitter", "tree_sitter_javascript", "tree_sitter_typescript"):
            sys.modules[name] = None
        from mantlet.discovery.reader import Source
        from mantlet.discovery.readers import readers
        for name, path, text in (("sql", "a.sql", "SELECT 1"), ("frontend", "a.ts", "fetch('/a')")):
            print(readers()[name].read(Source(path, text))[0].what)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.count("pip install 'mantlet[discovery]'") == 2
