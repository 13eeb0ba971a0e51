"""Rules over settings of servers: nginx, Jupyter, Mosquitto, Redis, TorchServe, Streamlit, and how Python code starts servers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator

from mantlet.scanners.hardening import servers
from mantlet.scanners.hardening.found import Hit

_EVERYWHERE = re.compile(r"^(0\.0\.0\.0|::|\*|)$")


def reader(path: str) -> Callable[[str], Iterator[Hit]] | None:  # noqa: PLR0911
    """Return what looks at a file, by its name; None where nothing does."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".py", ".pyw")):
        return jupyter_python if re.match(r"jupyter_\w*config", name) else python_code
    if re.match(r"jupyter_\w*config\.json", name):
        return jupyter_json
    if "nginx" in path.lower() and name.endswith(".conf"):
        return nginx
    if "mosquitto" in path.lower() and name.endswith(".conf"):
        return mosquitto
    if name == "redis.conf":
        return redis
    if name.endswith(".properties") and ("torchserve" in path.lower() or name == "config.properties"):
        return torchserve
    if path.endswith(".streamlit/config.toml"):
        return streamlit
    if name.endswith((".sh", ".bash")) or name in {"procfile", "makefile", "justfile"}:
        return shell
    if name.startswith(".env") and not name.endswith((".example", ".sample", ".template")):
        return env_file
    return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare and not bare.startswith(("#", ";", "//")):
            yield number, bare


def nginx(text: str) -> Iterator[Hit]:
    """Look at TLS versions, ciphers, listings and what is told of the server."""
    listens = tls = False
    first = 0
    for number, line in _lines(text):
        if re.match(r"listen\b", line):
            listens, first = True, first or number
            tls = tls or re.search(r"\bssl\b|443", line) is not None
        match = re.match(r"ssl_protocols\s+([^;]+);", line)
        if match and re.search(r"\b(SSLv2|SSLv3|TLSv1|TLSv1\.1)(?=\s|$)", match.group(1)):
            yield Hit("tls-old", number, what=match.group(1).strip())
        match = re.match(r"ssl_ciphers\s+([^;]+);", line)
        if match and re.search(r"(?<![!\w])(RC4|DES|3DES|MD5|NULL|EXP|aNULL|LOW)\b", match.group(1)):
            yield Hit("tls-weak-ciphers", number, what=match.group(1).strip()[:80])
        if re.match(r"autoindex\s+on\s*;", line):
            yield Hit("listing-on", number)
        if re.match(r"server_tokens\s+on\s*;", line):
            yield Hit("version-told", number)
        if re.match(r"proxy_ssl_verify\s+off\s*;", line):
            yield Hit("tls-off", number, what="proxy_ssl_verify off")
        if re.match(r"add_header\s+Access-Control-Allow-Origin\s+[\"']?\*", line):
            yield Hit("any-origin", number)
    if listens and not tls:
        yield Hit("server-no-tls", first)


def jupyter_python(text: str) -> Iterator[Hit]:
    """Look at a Jupyter configuration in Python; it is read, never run."""
    for number, line in _lines(text):
        match = re.match(
            r"c\.(?:NotebookApp|ServerApp|IdentityProvider|PasswordIdentityProvider|LabApp)\.(\w+)\s*=\s*(.+)$",
            line,
        )
        if match:
            yield from _jupyter(match.group(1), match.group(2).split("#")[0].strip().strip("\"'ru"), number)


def jupyter_json(text: str) -> Iterator[Hit]:
    """Look at a Jupyter configuration in JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    for section in document.values() if isinstance(document, dict) else ():
        for name, value in section.items() if isinstance(section, dict) else ():
            at = text.find(f'"{name}"')
            yield from _jupyter(name, str(value), text.count("\n", 0, at) + 1)


def _jupyter(name: str, value: str, line: int) -> Iterator[Hit]:
    if name in {"token", "password"} and value == "":
        yield Hit("jupyter-open", line, what=f"{name} is empty")
    elif name == "allow_origin" and value == "*":
        yield Hit("jupyter-any-origin", line)
    elif name == "allow_root" and value.lower() == "true":
        yield Hit("jupyter-root", line)
    elif name == "disable_check_xsrf" and value.lower() == "true":
        yield Hit("xsrf-off", line)


def mosquitto(text: str) -> Iterator[Hit]:
    """Look at a message broker."""
    for number, line in _lines(text):
        if re.match(r"allow_anonymous\s+true\b", line):
            yield Hit("mqtt-open", number)
    if re.search(r"(?m)^\s*listener\s+1883\b", text) and not re.search(
        r"(?m)^\s*(?:certfile|cafile|psk_file)\s", text
    ):
        at = text.find("listener")
        yield Hit("server-no-tls", text.count("\n", 0, at) + 1)


def redis(text: str) -> Iterator[Hit]:
    """Look at a Redis server."""
    protected = re.search(r"(?m)^\s*(requirepass|user)\s+\S", text) is not None
    for number, line in _lines(text):
        if re.match(r"protected-mode\s+no\b", line) and not protected:
            yield Hit("redis-open", number)


def torchserve(text: str) -> Iterator[Hit]:
    """Look at TorchServe's addresses and tokens."""
    for number, line in _lines(text):
        name, _, value = (part.strip() for part in line.partition("="))
        if name == "management_address" and re.search(r"//(0\.0\.0\.0|\[::\])", value):
            yield Hit("torchserve-open", number, what=value)
        elif name == "disable_token_authorization" and value.lower() == "true":
            yield Hit("torchserve-open", number, what=name)
        elif name == "allowed_urls" and value in {"file://.*|http(s)?://.*", ".*"}:
            yield Hit("torchserve-any-url", number, what=value)
        elif name == "cors_allowed_origin" and value == "*":
            yield Hit("any-origin", number)


def streamlit(text: str) -> Iterator[Hit]:
    """Look at Streamlit's protections."""
    for number, line in _lines(text):
        match = re.match(r"(enableXsrfProtection|enableCORS)\s*=\s*false", line)
        if match:
            yield Hit("streamlit-unprotected", number, what=match.group(1))


def shell(text: str) -> Iterator[Hit]:
    """Look at commands in scripts."""
    joined = re.sub(r"\\\n", "  ", text)
    for number, line in _lines(joined):
        for rule, what in servers.in_command(line):
            yield Hit(rule, number, what=what)


def env_file(text: str) -> Iterator[Hit]:
    """Look at a file of environment variables."""
    for number, line in _lines(text):
        name, mark, value = line.removeprefix("export ").partition("=")
        if mark:
            for rule, what in servers.in_environment({name.strip(): value.strip().strip("\"'")}):
                yield Hit(rule, number, what=what)


def python_code(text: str) -> Iterator[Hit]:
    """Look at how code starts servers: Gradio shared, everything listened to without a login, CORS for anybody."""
    if not re.search(r"launch|uvicorn|CORSMiddleware|CORS\(|app\.run|trust_remote_code|debug", text):
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[Hit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    values = {item.arg: item.value for item in node.keywords if item.arg}
    constant = {key: value.value for key, value in values.items() if isinstance(value, ast.Constant)}
    if name == "launch":
        if constant.get("share") is True:
            yield Hit("gradio-shared", node.lineno, what="share=True")
        if _EVERYWHERE.match(str(constant.get("server_name", "127.0.0.1"))) and "auth" not in values:
            yield Hit("gradio-open", node.lineno, what=f"server_name={constant['server_name']!r}")
    elif name in {"FastAPI", "Starlette"} and constant.get("debug") is True:
        yield Hit("debug-server", node.lineno, what="debug=True")
    elif name == "run" and (constant.get("reload") is True):
        yield Hit("debug-server", node.lineno, what="reload=True")
    elif name in {"add_middleware", "Middleware", "CORSMiddleware"}:
        origins = values.get("allow_origins")
        everybody = isinstance(origins, ast.List) and any(
            isinstance(item, ast.Constant) and item.value == "*" for item in origins.elts
        )
        if everybody:
            yield Hit("any-origin", node.lineno, what="allow_origins=['*']")
    elif name == "CORS" and ("origins" not in values or constant.get("origins") == "*"):
        yield Hit("any-origin", node.lineno, what="CORS for every origin")
    if constant.get("trust_remote_code") is True:
        yield Hit("remote-code-on", node.lineno, what="trust_remote_code=True")
