"""Outputs of notebooks lose their personal data; code stays as it is."""

import json

import pytest

from mantlet.base.errors import InputError
from mantlet.privacy.notebooks import mask_outputs


def book(*outputs):
    cell = {
        "cell_type": "code",
        "source": ["mail = 'ana@mail.example'\n"],
        "outputs": list(outputs),
        "execution_count": 1,
        "metadata": {},
    }
    return {
        "cells": [{"cell_type": "markdown", "source": "write to ana@mail.example", "metadata": {}}, cell],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_texts_tables_and_tracebacks_are_masked(tmp_path):
    source, out = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    source.write_text(
        json.dumps(
            book(
                {
                    "output_type": "stream",
                    "name": "stdout",
                    "text": ["call +41 44 668 18 00\n", "or ana@mail.example\n"],
                },
                {
                    "output_type": "execute_result",
                    "data": {
                        "text/plain": "4111 1111 1111 1111",
                        "text/html": "<td>ana@mail.example</td>",
                        "image/png": "aGk=",
                    },
                    "metadata": {},
                },
                {
                    "output_type": "error",
                    "ename": "E",
                    "evalue": "no ana@mail.example",
                    "traceback": ["ana@mail.example"],
                },
                {
                    "output_type": "display_data",
                    "data": {"application/json": {"rows": [{"mail": "ana@mail.example", "n": 3}]}},
                    "metadata": {},
                },
            )
        )
    )
    assert mask_outputs(source, out) == {"card": 1, "email": 5, "phone": 1}
    masked = json.loads(out.read_text())
    outputs = masked["cells"][1]["outputs"]
    assert outputs[0]["text"] == ["call [phone]\n", "or [email]\n"]
    assert outputs[1]["data"] == {"text/plain": "[card]", "text/html": "<td>[email]</td>"}
    assert outputs[3]["data"]["application/json"] == {"rows": [{"mail": "[email]", "n": 3}]}
    assert "ana@mail.example" in masked["cells"][1]["source"][0]
    assert "ana@mail.example" not in json.dumps(outputs)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [{"cell_type": "code", "outputs": 3}]}', "[" * 5000]
)
def test_what_is_no_notebook_is_one_clear_error(tmp_path, text):
    source = tmp_path / "a.ipynb"
    source.write_text(text)
    with pytest.raises(InputError, match=r"a\.ipynb"):
        mask_outputs(source, tmp_path / "b.ipynb")
    assert not (tmp_path / "b.ipynb").exists()
