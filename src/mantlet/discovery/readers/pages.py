"""HTML pages and templates: forms and scripts that send what people enter to a service of the project."""

from __future__ import annotations

import posixpath
import re

from mantlet.discovery.clues import Clue, Fact, Move, Personal, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._names import saas_of_host, saas_thing
from mantlet.discovery.readers._personal import personal_of
from mantlet.discovery.readers.frontend import script_clues

MAX_CHARACTERS = 400_000
_SKIPPED = re.compile(
    r"(^|/)(docs?|site|_build|htmlcov|coverage|reports?|tests?|node_modules|vendor|dist|build|javadoc|examples?)/"
)
_FORM = re.compile(r"<form\b([^>]{0,2000})>(.*?)(?=</form>|<form\b|\Z)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)")
_FIELD = re.compile(r"<(input|select|textarea)\b([^>]{0,2000})", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]{0,2000})>", re.IGNORECASE)
MAX_SCRIPTS = 50
_URL_FOR = re.compile(r"\{\{\s*url_for\(\s*['\"](?:\w+\.)?(\w+)['\"].*?\)\s*\}\}")
_DJANGO = re.compile(r"\{%\s*url\s+['\"](?:[\w-]+:)?([\w-]+)['\"].*?%\}")
_TRACKER = re.compile(
    r"https?://([\w.-]*(?:googletagmanager|google-analytics|hotjar|mixpanel|segment|posthog|clarity|facebook)\.(?:com|net|io|ms))"
)


def claims(path: str) -> bool:
    """Tell whether the file is a page that a program serves, not documentation or a report."""
    return path.endswith(
        (".html", ".htm", ".jinja", ".jinja2", ".j2.html", ".ejs", ".hbs")
    ) and not _SKIPPED.search(path)


def read(source: Source) -> list[Clue]:
    """Return what the page sends where."""
    text = source.text
    if len(text) > MAX_CHARACTERS:
        return (
            [Unclear(source.at(), "not read: a page that a program wrote")] if "<form" in text.lower() else []
        )
    if "<" not in text:
        return []
    key = page_key(source.path)
    clues: list[Clue] = []
    for body, first in _scripts(text):
        plain = re.sub(r"\{\{.{0,500}?\}\}|\{%.{0,500}?%\}", lambda m: "0" + " " * (len(m[0]) - 1), body)
        clues += script_clues(source, plain, key, first)
    called = any(isinstance(clue, Fact) and clue.fact == "called_with" for clue in clues)
    for form in _FORM.finditer(text):
        clues += _form(source, key, form, handled=called)
    calls = [clue.at for clue in clues if isinstance(clue, Fact) and clue.fact == "called_with"]
    if calls:
        thing = Thing(key, "browser-client", _title(source), min(calls), 0.6, also=("web page", "front end"))
        clues.insert(0, thing)
    if tracker := _TRACKER.search(text):
        clues += _tracked(source, key, tracker)
    return list(dict.fromkeys(clues))


def _scripts(text: str) -> list[tuple[str, int]]:
    """Return the scripts that stand in a page, with the line that each starts on."""
    found: list[tuple[str, int]] = []
    at = 0
    while len(found) < MAX_SCRIPTS and (opened := _SCRIPT.search(text, at)):
        end = text.find("</script", opened.end())
        if end < 0:
            break
        if "src=" not in opened[1] and end - opened.end() > 10:
            found.append((text[opened.end() : end], text.count("\n", 0, opened.end()) + 1))
        at = end
    return found


def page_key(path: str) -> str:
    """Return the key of the front end that a page belongs to: the folder that holds `templates` or `static`."""
    parts = path.split("/")[:-1]
    at = next(
        (
            n
            for n, part in enumerate(parts)
            if part in ("templates", "static", "views", "public", "src", "www")
        ),
        len(parts),
    )
    folder = "/".join(parts[:at])
    return f"code:{folder}/templates" if folder else "code:templates"


def _title(source: Source) -> str:
    found = re.search(r"<title[^>]*>([^<{]{2,60})</title>", source.text, re.IGNORECASE)
    return found[1].strip() if found else posixpath.basename(source.path)


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): value.strip("\"'") for name, value in _ATTRIBUTE.findall(text)}


def _form(source: Source, key: str, form: re.Match[str], *, handled: bool) -> list[Clue]:
    """Return the request that a form makes.

    Without `action` it goes to the page's own address, unless the page's scripts send what it holds.
    """
    values = _attributes(form[1])
    at = source.at_offset(form.start())
    method = (values.get("method") or "GET").upper()
    action = values.get("action", "")
    if not action and (method == "GET" or handled):
        return _entered(source, key, form)
    target = _URL_FOR.sub(r"/\1", _DJANGO.sub(r"/\1", action)) or "/"
    if target.startswith(("mailto:", "javascript:", "#")) or "{{" in target:
        return []
    outside = re.match(r"https?://([^/]+)", target)
    if outside and (service := saas_of_host(outside[1])):
        return [saas_thing(service, at), Move(key, f"saas:{service}", at, "form", 0.6)]
    url = f"url:{method} {target.partition('?')[0]}"
    clues: list[Clue] = [Fact(url, "called_with", method, at, other=key)]
    clues.append(Move(url, key, at, "answer", 0.7, opened_by=key))
    if target.startswith("http://"):
        clues.append(Fact(key, "protocol", "http", at, other=url))
    return clues + _entered(source, key, form)


def _entered(source: Source, key: str, form: re.Match[str]) -> list[Clue]:
    """Return the personal data that the fields of a form ask for."""
    clues: list[Clue] = []
    for field in _FIELD.finditer(form[2]):
        where = source.at_offset(form.start(2) + field.start())
        name = _attributes(field[2]).get("name", "")
        clues += [Personal(key, category, where) for category in personal_of(name)] if name else []
    return clues


def _tracked(source: Source, key: str, tracker: re.Match[str]) -> list[Clue]:
    at = source.at_offset(tracker.start())
    service = saas_of_host(tracker[1]) or tracker[1].split(".")[-2]
    thing = Thing(f"saas:{service}", "web-tracker", service, at, 0.7)
    return [thing, Move(key, f"saas:{service}", at, "what visitors do", 0.6)]
