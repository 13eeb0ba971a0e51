"""Sites made with Django: their settings, the tables of their models, files that are handed up, mail."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mantlet.discovery.clues import Fact, Move, Same, Thing, Where
from mantlet.discovery.python import imports, paths, sql
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import use_all
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    Instance,
    Mapping,
    Method,
    Object,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine
    from mantlet.discovery.python.modules import Module

_SENDS = frozenset({
    "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "add", "set",
})  # fmt: skip
_ENGINES = {
    "sqlite3": "sqlite",
    "postgresql": "PostgreSQL",
    "postgis": "PostgreSQL",
    "mysql": "MySQL",
    "oracle": "Oracle",
}
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
_FORMS = ("ModelForm", "ModelSerializer", "HyperlinkedModelSerializer")


def plain(address: str) -> str:
    r"""Return the path that a pattern of addresses stands for: `^rows/(?P<id>\d+)/$` is `/rows/{id}/`."""
    text = _GROUP.sub(r"{\1}", address)
    text = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "*", text)
    return "/" + text.lstrip("^/").removesuffix("$").removesuffix(r"\Z").replace("\\", "")


def settings(m: Machine) -> Module | None:
    """Return the module of the site's settings."""
    found = [
        p
        for p in m.project.paths
        if re.search(r"(^|/)settings(\.py|/(base|common|__init__|production)\.py)$", p)
    ]
    for path in sorted(found, key=lambda path: "INSTALLED_APPS" not in m.project.text(path)):
        module = imports.load(m, path, ast.Pass(lineno=1))
        if module is not None:
            return module
    return None


def setting(m: Machine, name: str) -> Value:
    """Return what the settings say."""
    module = settings(m)
    return (module.scope.get(name) or UNKNOWN) if module is not None else UNKNOWN


def database(m: Machine, node: ast.AST) -> Resource:
    """Return the database that the site's models are kept in."""
    databases = setting(m, "DATABASES").first(Mapping)
    default = databases.items.get("default", UNKNOWN).first(Mapping) if databases is not None else None
    if default is not None:
        engine = one(default.items.get("ENGINE", UNKNOWN)).rpartition(".")[2]
        name, host = (one(default.items.get(word, UNKNOWN)).replace(HOLE, "*") for word in ("NAME", "HOST"))
        if engine == "sqlite3" and name.strip("*"):
            key = paths.of_path(one(default.items["NAME"]), m.script, m.settings)
            return m.resource(key, "database", paths.name_of(key), m.at(node))
        if host.strip("*") and host not in {"localhost", "127.0.0.1"}:
            return m.resource(f"host:{host}", "database", _ENGINES.get(engine, host), m.at(node))
        if engine in _ENGINES:
            return m.resource(f"db:{engine}", "database", _ENGINES[engine], m.at(node))
    return m.resource("db:django", "database", "Django database", m.at(node))


def is_model(cls: Class) -> bool:
    """Tell whether a class is kept in a table."""
    return any(
        base.endswith(("models.Model", "AbstractUser", "TimeStampedModel")) for base in cls.externals()
    )


def table(m: Machine, cls: Class, node: ast.AST) -> Resource:
    """Return the table of a class."""
    return sql.table(m, cls.node.name.lower(), database(m, node), node)


def queried(
    m: Machine, method: Method, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value | None:
    """`Model.objects.filter(…)`; None where the class is no model."""
    owner = method.owner
    cls = owner.owner if isinstance(owner, Method) and owner.name == "objects" else None
    if not isinstance(cls, Class) or not is_model(cls):
        return None
    kept = table(m, cls, node)
    record = Value((Instance("django.record", kept),))
    if method.name in _SENDS:
        m.event("store", node, kept, "records")
        use_all(m, [*args, *named.values()], node, kept)
        return record
    m.event("receive", node, kept, "records")
    return Value((Sequence([], record),), m.asked(kept))


def fetched(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`get_object_or_404(Model, pk=1)`."""
    del api, name, named, recv
    cls = args[0].first(Class) if args else None
    if cls is None or not is_model(cls):
        return UNKNOWN
    kept = table(m, cls, node)
    m.event("receive", node, kept, "record")
    return Value((Instance("django.record", kept),), m.asked(kept))


def saved(m: Machine, owner: Object, name: str, given: list[Value], node: ast.AST) -> Value | None:
    """`row.save()`, `form.save()`: a record is written; None where the object is neither."""
    if name not in {"save", "delete", "asave"}:
        return None
    cls: Class | None = owner.cls if is_model(owner.cls) else None
    if cls is None and any(base.endswith(_FORMS) for base in owner.cls.externals()):
        meta = owner.cls.attrs.get("Meta", UNKNOWN).first(Class)
        cls = meta.attrs.get("model", UNKNOWN).first(Class) if meta is not None else None
    if cls is None:
        return None
    kept = table(m, cls, node)
    m.event("store", node, kept, "record")
    use_all(m, [*given, *owner.attrs.values()], node, kept)
    return Value((Instance("django.record", kept),), m.made())


def stored(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`default_storage.save(name, content)`: a file in the folder of what visitors hand up."""
    del name, recv
    root = setting(m, "MEDIA_ROOT").text() or "media"
    key = paths.of_path(root, "", m.settings)
    folder = m.resource(key, "file-store", paths.name_of(key), m.at(node))
    values = [*args[1:], *named.values()]
    if api.do == "django-open":
        m.event("receive", node, folder)
        return Value((Instance("io.file", folder),), m.asked(folder))
    m.event("store", node, folder, "file")
    use_all(m, values, node, folder)
    return Value((), m.made())


def site(m: Machine, app: Instance) -> None:
    """Note what the settings tell of the site: its name, key and database."""
    module = settings(m)
    if module is None or "entry" not in app.extra:
        return
    entry = app.extra["entry"]
    told = setting(m, "ROOT_URLCONF").text() or setting(m, "WSGI_APPLICATION").text() or ""
    entry.name = told.partition(".")[0] or entry.name
    lines = _lines(module)
    for name in ("INSTALLED_APPS", "WSGI_APPLICATION"):
        if name in lines:
            m.clues.append(Same(entry.code, f"config:{module.path}#{name}", Where(module.path, lines[name])))
    at = Where(module.path, lines.get("SECRET_KEY", 1))
    if "SECRET_KEY" in lines and "SECRET_KEY" not in m.settings.environment:
        m.clues.append(Thing("secret:SECRET_KEY", "secret-store", "SECRET_KEY", at, 0.8))
        m.clues.append(Move("secret:SECRET_KEY", entry.code, at, "signing key", opened_by=entry.code))
    if "DATABASES" in lines:
        place = ast.Pass(lineno=lines["DATABASES"])
        with m.entering(module.code, Where(module.path, 1), Where(module.path, 1), module, entry="startup"):
            kept = database(m, place)
        m.shown(kept)
        m.clues.append(Fact(kept.key, "declared", "yes", Where(module.path, lines["DATABASES"])))


def _lines(module: Module) -> dict[str, int]:
    """Return where each setting stands."""
    return {
        target.id: node.lineno
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
