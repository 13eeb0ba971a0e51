"""Statements of SQL in strings: the tables that they read and write."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.paths import known_part, name_of, of_address, type_of
from mantlet.discovery.python.resources import argument
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import UNKNOWN, Class, Instance, Method, Object, Sequence, Value, cap

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_NAME = r"((?:[\"`\[]?[A-Za-z_*][\w$*]*[\"`\]]?\.){0,3}[\"`\[]?[A-Za-z_*][\w$*]*[\"`\]]?)"
_READS = re.compile(
    rf"\b(?:from|join)\s+(?!unnest\b|lateral\b|select\b|values\b|generate_series\b){_NAME}(?![\w(]|\s*\()",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:insert\s+(?:or\s+\w+\s+|overwrite\s+)?into(?:\s+table)?|update(?!\s+set\b)|delete\s+from|merge\s+into|truncate(?:\s+table)?|"
    rf"create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|external\s+)?(?:table|view)(?:\s+if\s+not\s+exists)?|drop\s+table(?:\s+if\s+exists)?|copy)\s+{_NAME}",
    re.IGNORECASE,
)
_WITH = re.compile(r"(?:\bwith(?:\s+recursive)?|,)\s+([A-Za-z_]\w*)\s+as\s*\(", re.IGNORECASE)
_STATEMENT = re.compile(
    r"^\s*(--.*\n\s*)*(select|insert|update|delete|with|create|drop|merge|copy|truncate|alter)\b",
    re.IGNORECASE,
)
_WORDS = frozenset(
    {
        "set",
        "where",
        "select",
        "the",
        "a",
        "table",
        "stdin",
        "stdout",
        "now",
        "current_date",
        "information_schema",
    }
)


def tables(text: str) -> tuple[list[str], list[str]]:
    """Return the tables that a statement reads and those that it writes."""
    text = known_part(text)[:20_000]
    if not _STATEMENT.search(text):
        return [], []
    aside = {name.lower() for name in _WITH.findall(text)}
    written = [_bare(name) for name in _WRITES.findall(text)]
    read = [
        _bare(name)
        for name in _READS.findall(re.sub(r"\bdelete\s+from\b", "delete", text, flags=re.IGNORECASE))
    ]
    keep = [
        name for name in read if name.lower() not in aside and name.lower() not in _WORDS and name.strip("*.")
    ]
    return list(dict.fromkeys(keep)), [
        name for name in dict.fromkeys(written) if name.lower() not in _WORDS | aside and name.strip("*.")
    ]


def _bare(name: str) -> str:
    return re.sub(r"[\"`\[\]]", "", name)


def texts(value: Value) -> list[str]:
    """Return the statements that a value may be, also inside `text(…)`."""
    found = [str(text) for text in value.texts()]
    for atom in value.atoms:
        if isinstance(atom, Instance):
            found += atom.extra.get("texts", [])
    return found


def held(*values: Value) -> Resource | None:
    """Return the database that a connection or session speaks to."""
    for value in values:
        for atom in value.atoms:
            if isinstance(atom, (Instance, Object)) and atom.resource is not None:
                return atom.resource
    return None


def table(m: Machine, name: str, database: Resource | None, node: ast.AST) -> Resource:
    """Return a table, as a part of its database."""
    made = m.resource(f"table:{name}", "database", name, m.at(node))
    if database is not None and not made.parent and database.key != made.key:
        made.parent = database.key
        m.resource(database.key, "database", database.name, m.at(node))
        if database not in m.databases:
            m.databases.append(database)
    return made


def mapped(m: Machine, values: list[Value], database: Resource | None, node: ast.AST) -> list[Resource]:
    """Return the tables of classes that an object-relational mapper keeps in a database."""
    found: list[Resource] = []
    for value in values:
        for atom in value.atoms:
            cls = atom if isinstance(atom, Class) else atom.cls if isinstance(atom, Object) else None
            name = table_name(cls) if cls is not None else ""
            if name:
                found.append(table(m, name, database, node))
    return found


def table_name(cls: Class) -> str:
    """Return the table that a class is kept in; empty where it is none."""
    for part in cls.lineage():
        text = part.attrs.get("__tablename__", UNKNOWN).text()
        if text and known_part(text).strip("*"):
            return known_part(text)
    mapped_by = any(
        k.arg == "table" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in cls.node.keywords
    )
    return cls.node.name.lower() if mapped_by or flask_base(cls) is not None else ""


def flask_base(cls: Class) -> Instance | None:
    """Return Flask-SQLAlchemy's object whose `Model` a class inherits from."""
    for part in cls.lineage():
        for base in part.bases:
            if isinstance(base, Method) and base.name == "Model" and isinstance(base.owner, Instance):
                return base.owner
    return None


_ADDRESS = re.compile(r"SQLALCHEMY_DATABASE_URI[\"'\]]*\s*[=:]\s*(.{1,300})")


def flask_database(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`SQLAlchemy(app)`: the address of the database stands in the application's settings."""
    del name, args, named
    if recv.first(Instance) is not None:
        return recv
    key = next((key for key in map(of_address, _addresses(m)) if key), "db:sql")
    kind = type_of(key, "database")
    return Value((Instance(api.returns, m.resource(key, kind, name_of(key), m.at(node))),))


def _addresses(m: Machine) -> list[str]:
    found: list[str] = []
    for path in m.project.paths:
        for match in _ADDRESS.finditer(m.project.text(path)):
            module = m.project.module(path)
            try:
                expression = ast.parse(match[1].strip().rstrip(","), mode="eval").body
            except (SyntaxError, ValueError, RecursionError):
                continue
            if module is not None:
                found += [str(text) for text in m.acts.evaluate(m, expression, module.scope).texts()]
    return found


def queried(m: Machine, method: Method, node: ast.AST) -> Value | None:
    """`User.query.filter_by(…)`; None where the class is no table."""
    owner = method.owner
    cls = owner.owner if isinstance(owner, Method) and owner.name == "query" else None
    base = flask_base(cls) if isinstance(cls, Class) else None
    if base is None or not isinstance(cls, Class):
        return None
    kept = table(m, table_name(cls), base.resource, node)
    m.event("receive", node, kept, "records")
    return Value((Sequence([], Value((Object(cls),))),), m.asked(kept))


def run(
    m: Machine, api: Api, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Run a statement: `cursor.execute`, `pd.read_sql`, `spark.sql`."""
    query = argument(api.arg or "0", args, named, UNKNOWN)
    connection = argument(api.data, args, named, UNKNOWN) if api.data else recv
    database = held(connection, recv)
    read: list[str] = []
    written: list[str] = []
    for text in texts(query)[:4]:
        found = tables(text)
        read += found[0]
        written += found[1]
    others = [value for value in (*args, *named.values()) if value is not query]
    for value in others:
        m.use(value, node)
    for name in dict.fromkeys(written):
        target = table(m, name, database, node)
        m.event("store", node, target, "records", api.role)
        for value in (*others, query):
            m.use(value, node, target)
    sources = [table(m, name, database, node) for name in dict.fromkeys(read)]
    sources += mapped(m, [query], database, node)
    if not sources and not written:
        sources = [database] if database is not None and _may_read(query) else []
    for source in sources:
        m.event("receive", node, source, "records", api.role)
    origins = frozenset().union(*(m.asked(source) for source in sources)) if sources else frozenset()
    returned = Instance(api.returns or "dbapi.Connection", None if api.returns else database)
    if not api.returns and any(isinstance(atom, Instance) for atom in recv.atoms):
        for atom in recv.atoms:
            if isinstance(atom, Instance):
                atom.extra["rows"] = cap(origins | atom.extra.get("rows", frozenset()))
        returned.extra["rows"] = origins
    return Value((returned,), cap(origins))


def _may_read(query: Value) -> bool:
    """Tell whether a query whose tables aren't clear may read: text, or what an ORM builds."""
    for text in texts(query):
        if re.match(
            r"\s*(set|pragma|begin|commit|rollback|use|show|alter|grant|select\s+1\b|create\s+extension)",
            text,
            re.IGNORECASE,
        ):
            return False
    kinds = {atom.type.rpartition(".")[2] for atom in query.atoms if isinstance(atom, Instance)}
    return not kinds & {"insert", "update", "delete"}


def write(
    m: Machine, api: Api, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Write a frame into a table: `df.to_sql(name, con)`."""
    name = argument(api.arg, args, named, UNKNOWN)
    connection = argument(api.data, args, named, UNKNOWN) if api.data else UNKNOWN
    database = held(connection)
    if database is None and connection.texts():
        key = of_address(connection.text() or "")
        database = m.resource(key, "database", name_of(key), m.at(node)) if key else None
    for text in name.texts()[:3]:
        shown = known_part(text)
        if shown.strip("*"):
            target = table(m, shown, database, node)
            m.event("store", node, target, "records", api.role)
            m.use(recv, node, target)
            return UNKNOWN
    if database is not None:
        m.event("store", node, database, "records", api.role)
        m.use(recv, node, database)
    else:
        m.unclear(node, "writes a table whose name isn't clear")
    return UNKNOWN


def rows(m: Machine, recv: Value, node: ast.AST) -> Value:
    """`fetchall()` returns what the last statement asked for."""
    found = [atom.extra["rows"] for atom in recv.atoms if isinstance(atom, Instance) and "rows" in atom.extra]
    if found:
        return Value((Instance("dbapi.rows"),), cap(frozenset().union(*found)))
    database = held(recv)
    if database is None:
        return Value((Instance("dbapi.rows"),), recv.origins)
    m.event("receive", node, database, "records")
    return Value((Instance("dbapi.rows"),), m.asked(database))
