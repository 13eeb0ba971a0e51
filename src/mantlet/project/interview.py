"""Templates to start from, and the short interview that fits one to a system that exists only on paper yet.

Everything a template asks, and what each answer changes, is data beside the template (`interview.yaml`);
questions that several templates share stand once in `questions.yaml`. Nothing here talks to a terminal or
browser: a face shows `questions` and hands the answers to `apply_answers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct, field

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.project.answers import Edit, Put, cleaned, combine
from mantlet.store.document import Document

UNKNOWN = "unknown"
MINIMAL = "minimal"
"""The template of a plain `mantlet init`."""
Kind = Literal["text", "number", "fields", "choice"]


class Choice(Struct, frozen=True):
    """One answer that may be chosen."""

    value: str
    title: str


class Question(Struct, frozen=True):
    """Something a face asks: free text, a number, a list of fields, or one of the choices."""

    id: str
    ask: str
    why: str
    kind: Kind
    default: str
    """The answer that stands if nobody gives one; empty leaves the template as it is."""
    choices: tuple[Choice, ...] = ()
    suggest: tuple[str, ...] = ()
    """Words worth offering for a list of fields."""


class Template(Struct, frozen=True):
    """A pattern of system to start from."""

    id: str
    title: str
    summary: str


class Shared(Struct, forbid_unknown_fields=True, kw_only=True):
    """A question that several templates ask, as written in `questions.yaml`."""

    kind: Kind
    ask: str
    why: str = ""
    put: list[str] = field(default_factory=list)
    suggest: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Titles of the choices by value."""


class Asked(Struct, forbid_unknown_fields=True, kw_only=True):
    """A question as a template asks it; what is left out comes from the shared question of that id."""

    kind: Kind | Literal[""] = ""
    ask: str = ""
    why: str = ""
    put: list[str] = field(default_factory=list)
    """Where a text, number or list goes: dotted paths into the model."""
    default: str = ""
    answers: dict[str, Edit] = field(default_factory=dict)


class Interview(Struct, forbid_unknown_fields=True, kw_only=True):
    """A template's `interview.yaml`."""

    title: str
    summary: str
    questions: dict[str, Asked]


def templates() -> list[Template]:
    """Return what `init` can start from, by name; the minimal model first."""
    folders = files("mantlet.project").joinpath("templates").iterdir()
    names = sorted((item.name for item in folders if item.is_dir()), key=lambda name: (name != MINIMAL, name))
    return [Template(name, _interview(name).title, _interview(name).summary) for name in names]


def template_text(template: str) -> str:
    """Return a template's model file as it is."""
    return _read(_known(template), "threatmodel.yaml")


def questions(template: str) -> list[Question]:
    """Return what to ask about a template, in order."""
    return [_question(name, asked) for name, asked in _interview(_known(template)).questions.items()]


def apply_answers(template: str, answers: Mapping[str, str]) -> str:
    """Return the template's model fitted to the answers, comments kept.

    Questions without an answer take their default. An answer that is none of the choices, no number or no
    list of words, and an id that names no question, raise `UsageError`.
    """
    asked = _interview(_known(template)).questions
    for name in answers:
        if name not in asked:
            raise UsageError(f"the template '{template}' has no question '{name}'", mend=suggest(name, asked))
    edits: list[Edit] = []
    puts: list[Put] = []
    for question in questions(template):
        entry = asked[question.id]
        answer = cleaned(question.kind, answers.get(question.id, "")) or question.default
        if question.kind == "choice":
            edits.append(_chosen(question, entry, answer))
        elif answer:
            puts += [Put(path, question.kind, answer) for path in entry.put or _shared(question.id).put]
    document = Document(template_text(template))
    for section, value in combine(document.raw, edits, puts).items():
        if value == {}:
            document.remove((section,))
        else:
            document.set((section,), value)
    return document.text


def _chosen(question: Question, asked: Asked, answer: str) -> Edit:
    values = [choice.value for choice in question.choices]
    if answer not in values:
        raise UsageError(
            f"'{answer}' is no answer to “{question.ask}”",
            mend=suggest(answer, values) or f"one of {', '.join(values)}",
        )
    return asked.answers.get(answer, Edit())


def _question(name: str, asked: Asked) -> Question:
    shared = _shared(name)
    choices = [Choice(value, edit.title or shared.answers[value]) for value, edit in asked.answers.items()]
    kind: Kind = asked.kind or shared.kind
    return Question(
        id=name,
        ask=asked.ask or shared.ask,
        why=asked.why or shared.why,
        kind=kind,
        default=asked.default or (UNKNOWN if kind == "choice" else ""),
        choices=(*choices, Choice(UNKNOWN, "I don't know yet")) if kind == "choice" else (),
        suggest=tuple(shared.suggest),
    )


def _known(template: str) -> str:
    names = [item.id for item in templates()]
    if template not in names:
        raise UsageError(
            f"there is no template '{template}'",
            mend=suggest(template, names) or f"one of {', '.join(names)}",
        )
    return template


@cache
def _interview(template: str) -> Interview:
    return msgspec.convert(_load(_read(template, "interview.yaml")), Interview, strict=False)


def _shared(name: str) -> Shared:
    return _shared_questions().get(name) or Shared(kind="choice", ask="")


@cache
def _shared_questions() -> dict[str, Shared]:
    text = files("mantlet.project").joinpath("templates", "questions.yaml").read_text("utf-8")
    return msgspec.convert(_load(text)["questions"], dict[str, Shared], strict=False)


def _read(template: str, name: str) -> str:
    return files("mantlet.project").joinpath("templates", template, name).read_text("utf-8")


def _load(text: str) -> dict[str, Any]:
    """Read package data; every scalar stays text."""
    result: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506  # only our own files, and as text
    return result
