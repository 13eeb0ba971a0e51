"""Folders with rule files, written on the spot."""

import textwrap

import pytest

THREAT = """
threats:
  SAMPLE-THREAT:
    title: Something happens at {target}
    text: Somebody does something. Something is lost.
    at: flow.target
    applies: source is 'model-artifact' and target is 'process'
    mitigated: flow.verifies_signature is 'yes'
    stride: [tampering]
    cia: [integrity]
    agents: [outsider]
    refs: {cwe: [502]}
    controls: [sample-control]
controls:
  sample-control:
    title: Do something
    text: It helps.
    effort: low
    sets: {flow.verifies_signature: yes}
    lowers: {EE: 4}
    why: It is harder then.
    verify: Look.
"""


@pytest.fixture
def rules(tmp_path):
    """Return a function that writes one rule file and returns its folder."""

    def write(text, name="rules.yaml"):
        folder = tmp_path / "mantlet-rules"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def sample():
    return THREAT
