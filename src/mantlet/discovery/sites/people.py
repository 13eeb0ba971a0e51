"""Fields about people that code names: in what requests hold, in what pages ask for, in columns of tables."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field

from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.readers._personal import personal_of
from mantlet.discovery.sites.names import Survey

Seen = dict[str, int]
"""Per category of personal data, the line that shows it."""
TABLES = frozenset(("pandas", "polars", "pyspark", "dask", "duckdb", "sqlalchemy", "modin", "vaex", "cudf"))
WIDGETS = frozenset(
    [
        "text_input",
        "number_input",
        "date_input",
        "text_area",
        "selectbox",
        "multiselect",
        "radio",
        "slider",
        "Textbox",
        "Number",
        "Dropdown",
        "DateTime",
        "StringField",
        "IntegerField",
        "DateField",
        "EmailField",
        "TelField",
    ]
)
COLUMN_ARGUMENTS = frozenset(("usecols", "columns", "subset", "names", "features", "entity_rows"))
_TABLE_TYPES = frozenset(
    (
        "dataset-store",
        "training-set",
        "evaluation-set",
        "label-store",
        "database",
        "data-warehouse",
        "object-store",
        "file-store",
        "feature-store",
        "queue",
    )
)
_NO_TABLES = (
    ".pem",
    ".key",
    ".crt",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".cfg",
    ".md",
    ".lark",
    ".css",
    ".html",
    ".py",
    ".log",
    ".png",
    ".jpg",
)
_MANY = 3
"""Stores that one program may read for its columns to be told of all of them."""


class People(Struct, omit_defaults=True):
    """The personal data that one file speaks of."""

    classes: dict[str, Seen] = field(default_factory=dict)
    """Per class of records, its fields."""
    takes: dict[str, list[str]] = field(default_factory=dict)
    """Per function, the classes of its parameters."""
    gives: dict[str, list[str]] = field(default_factory=dict)
    """Per function, the classes of what it returns."""
    asks: dict[str, Seen] = field(default_factory=dict)
    """Per function, its own parameters and what its page asks for."""
    columns: dict[str, Seen] = field(default_factory=dict)
    """Per function, the columns it names."""


@lru_cache(maxsize=20_000)
def categories(name: str) -> tuple[str, ...]:
    """Return the personal data that a field's name claims."""
    if not 2 < len(name) <= 60:
        return ()
    return tuple(category for category in personal_of(name) if category != "credentials")


def people(survey: Survey, imported: Iterable[str]) -> People:
    """Return the personal data that a file speaks of."""
    made = People()
    for node, _ in survey.classes:
        _class(made, node)
    for function, scope in survey.functions:
        _function(made, function, scope)
    for call, scope in survey.calls:
        _widget(made, call, scope)
    if TABLES & set(imported):
        for subscript, scope in survey.subscripts:
            _note(made.columns, scope, _texts(subscript.slice), subscript.lineno)
        for call, scope in survey.calls:
            for keyword in call.keywords:
                if keyword.arg in COLUMN_ARGUMENTS:
                    _note(made.columns, scope, _texts(keyword.value), call.lineno)
    return made


def _class(made: People, node: ast.ClassDef) -> None:
    seen: Seen = {}
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            for category in categories(item.target.id):
                seen.setdefault(category, item.lineno)
    if seen:
        made.classes[node.name] = seen


def _function(made: People, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: str) -> None:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if takes := [name for item in arguments if item.annotation for name in _named(item.annotation)]:
        made.takes[scope] = takes
    models = [item.value for call in node.decorator_list if isinstance(call, ast.Call) for item in call.keywords if item.arg == "response_model"]  # fmt: skip
    if gives := [name for item in [node.returns, *models] if item is not None for name in _named(item)]:
        made.gives[scope] = gives
    if node.decorator_list:
        _note(made.asks, scope, (item.arg for item in arguments), node.lineno)


def _named(annotation: ast.expr) -> Iterator[str]:
    """Yield the class names in an annotation."""
    for node in ast.walk(annotation):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name[:1].isupper():
            yield name


def _widget(made: People, node: ast.Call, scope: str) -> None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in WIDGETS:
        labels = [*node.args[:1], *(item.value for item in node.keywords if item.arg == "label")]
        _note(made.asks, scope, (text for label in labels for text in _texts(label)), node.lineno)


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the constant texts of a name or a list of names."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _note(into: dict[str, Seen], scope: str, names: Iterable[str], line: int) -> None:
    for name in names:
        for category in categories(name):
            into.setdefault(scope, {}).setdefault(category, line)


# -- brought to the draft


def attach_people(draft: Draft, found: Mapping[str, People]) -> None:
    """Write the personal data into the draft's flows and stores."""
    classes: dict[str, tuple[str, Seen]] = {}
    for path, speaks in found.items():
        for name, seen in speaks.classes.items():
            classes.setdefault(name, (path, seen))
    attaching = _Attaching(draft)
    for path, speaks in found.items():
        for scope, seen in speaks.asks.items():
            attaching.incoming(path, scope, path, seen)
        for scope, names in speaks.takes.items():
            for name in names:
                if name in classes:
                    attaching.incoming(path, scope, *classes[name])
        for scope, names in speaks.gives.items():
            for name in names:
                if name in classes:
                    attaching.outgoing(path, scope, *classes[name])
        for scope, seen in speaks.columns.items():
            attaching.columns(path, scope, seen)


class _Attaching:
    def __init__(self, draft: Draft) -> None:
        self._elements = {element.id: element for element in draft.elements}
        self._into: dict[str, list[DraftFlow]] = {}
        self._out_of: dict[str, list[DraftFlow]] = {}
        for flow in draft.flows:
            self._into.setdefault(flow.target, []).append(flow)
            self._out_of.setdefault(flow.source, []).append(flow)
        self._code: dict[str, DraftElement] = {}
        for element in draft.elements:
            for key in element.keys:
                if key.startswith("code:") and element.dfd == "process":
                    self._code.setdefault(key[5:], element)

    def incoming(self, path: str, scope: str, where: str, seen: Seen) -> None:
        """Mark what comes from outside to the program that a function is."""
        owner = self._owner(path, scope)
        for flow in self._into.get(owner.id, ()) if owner else ():
            if self._dfd(flow.source) == "external":
                _mark(flow.personal, where, seen)

    def outgoing(self, path: str, scope: str, where: str, seen: Seen) -> None:
        """Mark what goes back outside."""
        owner = self._owner(path, scope)
        for flow in self._out_of.get(owner.id, ()) if owner else ():
            if self._dfd(flow.target) == "external":
                _mark(flow.personal, where, seen)

    def columns(self, path: str, scope: str, seen: Seen) -> None:
        """Mark the stores that a program reads, where they are few enough for its columns to be theirs."""
        owner = self._owner(path, scope)
        flows = [
            flow
            for flow in (self._into.get(owner.id, ()) if owner else ())
            if any(place.rpartition(":")[0] == path for place in flow.evidence)
            and self._is_table(flow.source)
        ]
        if len(flows) <= _MANY:
            for flow in flows:
                _mark(self._elements[flow.source].personal, path, seen)

    def _is_table(self, name: str) -> bool:
        types = ("dataset", "database", "store", "warehouse", "set", "bucket", "queue")
        element = self._elements.get(name)
        plain = element is not None and element.dfd == "store" and element.type.endswith(types)
        return (
            plain
            and element is not None
            and element.type not in {"secret-store", "config-store", "log-store", "prompt-store"}
        )

    def _dfd(self, name: str) -> str:
        return self._elements[name].dfd if name in self._elements else ""

    def _owner(self, path: str, scope: str) -> DraftElement | None:
        while scope:
            if f"{path}#{scope}" in self._code:
                return self._code[f"{path}#{scope}"]
            scope = scope.rpartition(".")[0]
        return self._code.get(path)


def _mark(into: dict[str, str], path: str, seen: Seen) -> None:
    for category, line in seen.items():
        into.setdefault(category, f"{path}:{line}")
