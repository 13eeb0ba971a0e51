"""Functions whose result can be computed by reading: paths, strings, settings, files opened."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from mantlet.discovery.python import documents, options
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import find
from mantlet.discovery.python.texts import choices, join_paths, one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    External,
    Function,
    Instance,
    Mapping,
    Origin,
    Partial,
    PathText,
    Sequence,
    Soft,
    Value,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

Args = list[Value]
Named = dict[str, Value]
Intrinsic = Callable[["Machine", Args, Named, ast.AST], "Value | None"]

OPENED = Api(call="open", do="load", arg="0|file", type="file-store")
LISTED = Api(call="listdir", do="load", arg="0|path", type="dataset-store")
WRITTEN = Api(call="open", do="store", arg="0|file", type="file-store")


def _first(args: Args) -> Value:
    return args[0] if args else UNKNOWN


def _join(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return join_paths(args)


def _path(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    if not args:
        return constant(PathText("."))
    joined = join_paths(args)
    return Value(tuple(PathText(text) for text in joined.texts()))


def _same(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return _first(args)


def _dirname(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return constant(posixpath.dirname(one(_first(args))) or ".")


def _basename(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return constant(posixpath.basename(one(_first(args))) or HOLE)


def _cwd(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, args, named, node
    return constant(".")


def _absolute(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return Value(tuple(type(a)(a) if isinstance(a, (Soft, PathText)) else a for a in _first(args).atoms))


def _listed(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Names in a folder: reading what they name is reading the folder."""
    del named
    if not args:
        return None
    folder = find(m, LISTED, _first(args), node, UNKNOWN) if _first(args).texts() else []
    return Value(
        (Sequence([], join_paths([_first(args), constant("*")])),),
        frozenset(Origin(resource=r) for r in folder),
    )


def _glob(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, m, node
    return Value(
        (Sequence([], Value(tuple(Soft(text.replace("**/", "")) for text in choices(_first(args))))),)
    )


def _getenv(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    name = one(_first(args))
    fallback = named.get("default") or (args[1] if len(args) > 1 else UNKNOWN)
    if HOLE in name:
        return fallback
    return m.environment(name, fallback, node)


def _config(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Make a settings reader (`starlette.config.Config`, `environs.Env`, `decouple`)."""
    del m, args, named, node
    return Value((Instance("settings.reader"),))


def _open(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    mode = one(named.get("mode") or (args[1] if len(args) > 1 else constant("r")))
    writes = any(letter in mode for letter in "wax+")
    target = _first(args) if args else named.get("file", UNKNOWN)
    resources = find(m, WRITTEN if writes else OPENED, target, node, UNKNOWN)
    for resource in resources:
        m.event("store" if writes else "load", node, resource)
    handle = Instance("io.file", resources[0] if resources else None)
    handle.extra["writes"] = writes
    for text in target.texts():
        handle.extra.setdefault("path", text)
    origins = frozenset() if writes else frozenset(Origin(resource=resource) for resource in resources)
    return Value((handle,), origins)


def _parsed(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Read a settings file of the repository as data (`yaml.safe_load(open(path))`)."""
    del named, node
    for atom in _first(args).atoms:
        path = atom.extra.get("path") if isinstance(atom, Instance) else None
        if path:
            found = documents.load(m, path)
            if found is not None:
                return found if documents.is_settings(path) else found.with_origins(_first(args).origins)
    return None


def _loaded(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Read a settings file by its path (`OmegaConf.load(path)`)."""
    del named, node
    for text in _first(args).texts():
        found = documents.load(m, text)
        if found is not None:
            return found
    return Value((Mapping(soft=True),))


def _settings(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Settings that a file will be read into."""
    del m, args, named, node
    return Value((Mapping(soft=True),))


def _partial(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, node
    return Value((Partial(args[0], args[1:], named),)) if args else None


def _call_first(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """`asyncio.to_thread(function, *args)`."""
    if not args or not any(isinstance(atom, (Function, Partial)) for atom in args[0].atoms):
        return None
    return m.acts.call(m, args[0], args[1:], named, node)


def _command(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    """`fire.Fire(f)`: a function that is called with its defaults."""
    del named
    m.options += 1
    return m.acts.call(m, args[0], [], {}, node) if args else None


def _thread(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del args
    target = named.get("target", UNKNOWN)
    given = named.get("args", UNKNOWN).first(Sequence)
    m.acts.call(m, target, list(given.items) if given else [], {}, node)
    return Value((Instance("threading.Thread"),))


def _map(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named
    if len(args) < 2:
        return None
    result = m.acts.call(m, args[0], [m.acts.iterate(m, value) for value in args[1:]], {}, node)
    return Value((Sequence([], result),), result.origins)


def _zip(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, node
    parts = [m.acts.iterate(m, value) for value in args]
    return Value((Sequence([], Value((Sequence(parts),))),), join(*args).origins)


def _enumerate(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, node
    pair = Value((Sequence([UNKNOWN, m.acts.iterate(m, _first(args))]),))
    return Value((Sequence([], pair),), _first(args).origins)


def _list(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, node
    if not args:
        return Value((Sequence(),))
    first = args[0].first(Sequence)
    if first is not None:
        return Value((Sequence(list(first.items), first.rest),), args[0].origins)
    return Value((Sequence([], m.acts.iterate(m, args[0])),), args[0].origins)


def _dict(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, node
    first = _first(args).first(Mapping)
    items = dict(first.items) if first is not None else {}
    return Value(
        (
            Mapping(
                items | dict(named), first.rest if first else UNKNOWN, soft=first.soft if first else False
            ),
        ),
        _first(args).origins,
    )


def _str(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named
    value = _first(args)
    texts = [str(a) for a in value.atoms if isinstance(a, (str, int, float)) and not isinstance(a, bool)]
    if texts:
        return Value(tuple(Soft(text) for text in texts), value.origins)
    m.use(value, node)
    return constant(HOLE).with_origins(m.made() if value.origins else frozenset())


def _getattr(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named
    if len(args) < 2 or not args[1].texts():
        return None
    return join(m.acts.attribute(m, args[0], one(args[1]), node), *args[2:3])


def _setattr(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, node
    if len(args) == 3 and args[1].texts():
        m.acts.set_attribute(m, args[0], one(args[1]), args[2])
    return constant(None)


def _import(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, m, node
    text = one(_first(args))
    return Value((External(text),)) if text.replace(".", "").isidentifier() else None


def _gather(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return Value((Sequence(list(args)),), join(*args).origins)


def _nothing(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, args, named, node
    return UNKNOWN


def _second(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, named, node
    return args[1] if len(args) > 1 else None


def _new_mapping(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, args, named, node
    return Value((Mapping(),))


def _new_sequence(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, args, named, node
    return Value((Sequence(),))


def _iterated(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del named, node
    return m.acts.iterate(m, _first(args))


def _made(m: Machine, named: Named, node: ast.AST) -> Value:
    return m.acts.call(m, named["default_factory"], [], {}, node) if "default_factory" in named else UNKNOWN


def _data_field(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    del args
    return named.get("default") or _made(m, named, node)


def _field(m: Machine, args: Args, named: Named, node: ast.AST) -> Value | None:
    alias = one(named.get("env") or named.get("alias") or named.get("validation_alias") or UNKNOWN)
    value = named.get("default") or (args[0] if args else _made(m, named, node))
    return value if alias == HOLE else m.environment(alias, value, node)


FUNCTIONS: dict[str, Intrinsic] = {
    "os.path.join": _join, "posixpath.join": _join,
    "pathlib.Path": _path, "pathlib.PurePath": _path, "pathlib.PosixPath": _path, "anyio.Path": _path,
    "pathlib.Path.cwd": _cwd, "os.getcwd": _cwd, "hydra.utils.get_original_cwd": _cwd,
    "os.path.abspath": _absolute, "os.path.realpath": _absolute, "os.path.normpath": _absolute,
    "os.path.expanduser": _absolute, "hydra.utils.to_absolute_path": _absolute, "os.fspath": _absolute,
    "os.path.expandvars": _absolute, "urllib.parse.urljoin": _join,
    "os.path.dirname": _dirname, "os.path.basename": _basename,
    "os.listdir": _listed, "os.scandir": _listed, "os.walk": _listed, "glob.glob": _glob, "glob.iglob": _glob,
    "os.getenv": _getenv, "os.environ.get": _getenv, "os.environ.setdefault": _getenv, "decouple.config": _getenv,
    "starlette.config.Config": _config, "environs.Env": _config, "environ.Env": _config,
    "builtins.open": _open, "io.open": _open, "codecs.open": _open, "gzip.open": _open, "bz2.open": _open,
    "fsspec.open": _open, "smart_open.open": _open, "aiofiles.open": _open, "tensorflow.io.gfile.GFile": _open,
    "yaml.safe_load": _parsed, "yaml.load": _parsed, "json.load": _parsed, "toml.load": _parsed, "tomllib.load": _parsed,
    "omegaconf.OmegaConf.load": _loaded, "yaml.full_load": _parsed, "ruamel.yaml.YAML.load": _parsed,
    "yarl.URL": _same, "httpx.URL": _same, "furl.furl": _same,
    "omegaconf.OmegaConf.create": _same, "omegaconf.OmegaConf.to_container": _same, "omegaconf.OmegaConf.to_object": _same,
    "omegaconf.OmegaConf.merge": _same, "box.ConfigBox": _same, "box.Box": _same, "easydict.EasyDict": _same, "munch.munchify": _same,
    "functools.partial": _partial, "asyncio.to_thread": _call_first, "asyncio.run": _same, "anyio.to_thread.run_sync": _call_first,
    "starlette.concurrency.run_in_threadpool": _call_first, "fastapi.concurrency.run_in_threadpool": _call_first,
    "fire.Fire": _command, "typer.run": _command, "tyro.cli": _command, "absl.app.run": _command,
    "threading.Thread": _thread, "multiprocessing.Process": _thread, "asyncio.gather": _gather,
    "asyncio.create_task": _same, "asyncio.wait_for": _same, "asyncio.ensure_future": _same,
    "builtins.map": _map, "builtins.zip": _zip, "builtins.enumerate": _enumerate, "builtins.list": _list,
    "builtins.tuple": _list, "builtins.sorted": _list, "builtins.set": _list, "builtins.reversed": _list,
    "builtins.dict": _dict, "configparser.ConfigParser": _settings, "configparser.RawConfigParser": _settings, "collections.OrderedDict": _dict, "collections.defaultdict": _new_mapping,
    "collections.deque": _list, "collections.abc.Iterator": _same, "queue.Queue": _new_sequence,
    "builtins.str": _str, "builtins.getattr": _getattr, "builtins.setattr": _setattr, "builtins.next": _iterated,
    "builtins.iter": _same, "builtins.filter": _second,
    "tqdm.tqdm": _same, "tqdm.auto.tqdm": _same, "tqdm.notebook.tqdm": _same, "tqdm.trange": _same, "rich.progress.track": _same,
    "copy.deepcopy": _same, "copy.copy": _same, "typing.cast": _second,
    "importlib.import_module": _import, "builtins.isinstance": _nothing, "builtins.hasattr": _nothing,
    "builtins.type": _nothing, "builtins.super": _nothing, "builtins.id": _nothing,
    "os.path.exists": _nothing, "os.path.isfile": _nothing, "os.makedirs": _nothing,
    "os.path.isdir": _nothing, "os.mkdir": _nothing, "builtins.callable": _nothing,
    "dataclasses.asdict": _same, "builtins.vars": _same, "builtins.range": _nothing,
    "dataclasses.field": _data_field, "pydantic.Field": _field,
    "pydantic_settings.SettingsConfigDict": _nothing, "typing.TypeVar": _nothing,
    "pydantic.SecretStr": _same, "uuid.uuid4": _nothing,
}  # fmt: skip


def _read_setting(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    del owner
    return _getenv(m, args, named, node)


def _file_method(reads: bool) -> Callable[[Machine, Instance, Args, Named, ast.AST], Value | None]:
    def method(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
        del named
        if reads:
            origins = frozenset({Origin(resource=owner.resource)}) if owner.resource else frozenset()
            return Value((Instance("io.text", None, {}, dict(owner.extra)),), origins)
        for value in args:
            m.use(value, node, owner.resource)
        return UNKNOWN

    return method


def _no_result(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    del m, owner, args, named, node
    return UNKNOWN


METHODS: dict[str, Callable[[Machine, Instance, Args, Named, ast.AST], Value | None]] = {
    "settings.reader.__call__": _read_setting, "settings.reader.str": _read_setting, "settings.reader.get": _read_setting,
    "os.environ.get": _read_setting,
    "argparse.ArgumentParser.add_argument": options.add_argument, "argparse.ArgumentParser.parse_args": options.parse_args,
    "argparse.ArgumentParser.parse_known_args": options.parse_known,
    "argparse.ArgumentParser.add_argument_group": options.subparser, "argparse.ArgumentParser.addoptions.subparsers": options.subparser,
    "argparse.ArgumentParser.add_parser": options.subparser, "argparse.ArgumentParser.add_mutually_exclusive_group": options.subparser,
    "configargparse.ArgumentParser.add_argument": options.add_argument, "configargparse.ArgumentParser.parse_args": options.parse_args,
    "io.file.read": _file_method(True), "io.file.readlines": _file_method(True), "io.file.readline": _file_method(True),
    "io.file.write": _file_method(False), "io.file.writelines": _file_method(False),
    "io.file.close": _no_result, "io.file.flush": _no_result,
}  # fmt: skip
