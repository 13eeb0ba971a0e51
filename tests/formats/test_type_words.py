"""What names of things say about their types."""

from __future__ import annotations

import pytest

from mantlet.formats.mapping import Types, table
from mantlet.project.api import catalogue_for

VOCABULARY = catalogue_for().vocabulary


@pytest.mark.parametrize(
    ("kind", "name", "type_"),
    [
        ("process", "Payments API", "web-service"),
        ("process", "Game Servers", "web-service"),
        ("process", "Moderation Website", "web-app"),
        ("process", "Red EC2", "web-service"),
        ("process", "Training Algorithm", "training-job"),
        ("process", "Fraud model", "inference-service"),
        ("process", "ChatBot", "llm-app"),
        ("data-store", "S3Bucket2", "object-store"),
        ("data-store", "Github repo", "source-repository"),
        ("data-store", "Fraud model", "model-artifact"),
        ("external-entity", "Customer phone", "device"),
        ("external-entity", "Model Provider", "external-system"),
        ("external-entity", "Fraud model", "external-entity"),
        ("process", "ABC", "process"),
    ],
)
def test_a_name_says_the_type_within_its_kind(kind, name, type_):
    guess = Types(VOCABULARY).element(kind, "", [name])
    assert guess.type == type_
    assert guess.how == ("unknown" if type_ == kind else "name")


def test_what_a_table_says_is_not_undone_by_a_last_word():
    assert Types(VOCABULARY).element("process", "mobile-app", ["Payments API"]).type == "mobile-app"


def test_words_name_types_of_the_kind_they_are_listed_for():
    for kind, words in table("words")["heads"].items():
        for word, name in words.items():
            assert VOCABULARY.kind(VOCABULARY.resolve(name, "element")) == kind, word
