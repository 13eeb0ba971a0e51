"""Shell text as commands with the line each starts on; nothing is run and no variable is asked of the machine."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

MAX_COMMANDS = 2_000
"""Commands of one file that are looked at."""
_HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_ASSIGN = re.compile(r"^[A-Za-z_]\w*=")
_PREFIXES = frozenset(("sudo", "time", "exec", "nohup", "env", "command", "then", "do", "else", "if", "while", "!", "{", "(", "@", "-@", "xvfb-run", "nice", "eval", "tini", "dumb-init", "&"))  # fmt: skip
_RUNNERS = (("poetry", "run"), ("pipenv", "run"), ("uv", "run"), ("pdm", "run"), ("hatch", "run"), ("conda", "run"), ("rye", "run"), ("pixi", "run"), ("dotenv", "run"))  # fmt: skip
_SUBSTITUTION = re.compile(r"\$\(([^()]+)\)|`([^`]+)`")
_BREAKS = frozenset(("&&", "||", ";", "|", "&", ";;", "|&", "(", ")"))


class Command(Struct, frozen=True):
    """A command with its arguments; what runs it (`sudo`, `poetry run`) and assignments before it are taken off."""

    argv: tuple[str, ...]
    line: int
    variables: tuple[tuple[str, str], ...] = ()
    piped: bool = False
    """Whether it reads what the command before it puts out."""

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return self.argv[0].replace("\\", "/").rsplit("/", 1)[-1] if self.argv else ""

    def option(self, *names: str) -> str:
        """Return the value of an option (`-o x`, `-ox`, `--out x`, `--out=x`)."""
        return next(iter(self.options(*names)), "")

    def options(self, *names: str) -> list[str]:
        """Return the values of an option that may come often."""
        found = []
        for at, word in enumerate(self.argv):
            for name in names:
                if word == name and at + 1 < len(self.argv):
                    found.append(self.argv[at + 1])
                elif name.startswith("--") and word.startswith(name + "="):
                    found.append(word[len(name) + 1 :])
                elif len(name) == 2 and word.startswith(name) and len(word) > 2 and word[2] not in "-=":
                    found.append(word[2:])
        return found

    def words(self, *with_value: str) -> list[str]:
        """Return the arguments that are no options, leaving out the values of those named."""
        found, skip = [], False
        for word in self.argv[1:]:
            if skip:
                skip = False
            elif word.startswith("-"):
                skip = word in with_value
            else:
                found.append(word)
        return found


def commands(text: str, first: int = 1) -> list[Command]:
    """Return the commands of a shell text whose first line has the number ``first``."""
    found: list[Command] = []
    for line, number in _joined(text, first):
        for words, piped in _split(line):
            command = _command(words, number, piped=piped)
            if command:
                found.append(command)
        if len(found) >= MAX_COMMANDS:
            break
    return found


def _joined(text: str, first: int) -> Iterator[tuple[str, int]]:
    """Yield the lines with continued ones joined and here-documents left out."""
    whole, start, until = "", first, ""
    for number, line in enumerate(text.split("\n"), first):
        if until:
            until = "" if line.strip() == until else until
            continue
        line = line.rstrip("\r")  # noqa: PLW2901
        start = number if not whole else start
        if line.endswith("\\") and len(whole) < 20_000:
            whole += line[:-1] + " "
            continue
        whole += line
        if whole.strip() and not whole.lstrip().startswith("#"):
            yield whole[:20_000], start
        if doc := _HEREDOC.search(whole):
            until = doc[2]
        whole = ""
    if whole.strip():
        yield whole[:20_000], start


def _split(line: str) -> Iterator[tuple[list[str], bool]]:
    words: list[str] = []
    piped = False
    for word in _words(line):
        if word in _BREAKS:
            if words:
                yield words, piped
            words, piped = [], word in ("|", "|&")
        else:
            words.append(word)
    if words:
        yield words, piped


def _words(line: str) -> list[str]:
    line = re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda m: "${{" + re.sub(r"\s+", "", m[1]) + "}}", line)
    line = _SUBSTITUTION.sub(lambda m: "${" + (m[1] or m[2]).strip().split(" ")[0].upper() + "}", line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();&|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for word in lexer:
            if word.startswith("#"):
                break
            words.append(word)
    except ValueError:  # a quote that another line closes
        return re.findall(r"&&|\|\||[;|]|[^\s;|&]+", line)
    return words


def _command(words: list[str], line: int, *, piped: bool) -> Command | None:
    variables: list[tuple[str, str]] = []
    while words:
        if _ASSIGN.match(words[0]):
            name, _, value = words[0].partition("=")
            variables.append((name, value))
            words = words[1:]
        elif words[0].lstrip("@-+") in _PREFIXES or not words[0].strip("@-+"):
            words = words[1:]
        elif words[0][0] in "@+" or (words[0][0] == "-" and len(words[0]) > 1 and words[0][1].isalpha()):
            words = [words[0].lstrip("@-+"), *words[1:]]
        elif (words[0], *words[1:2]) in _RUNNERS:
            words = _after_runner(words[2:])
        elif words[0] == "export":
            variables += [tuple(w.split("=", 1)) for w in words[1:] if _ASSIGN.match(w)]  # type: ignore[misc]
            words = []
        else:
            break
    redirected = _without_redirections(words)
    if not redirected and not variables:
        return None
    return Command(tuple(redirected), line, tuple(variables), piped)


def _after_runner(words: list[str]) -> list[str]:
    """Drop a runner's own options (`uv run --with x`, `conda run -n env`)."""
    while words and words[0].startswith("-"):
        takes = words[0] in ("-n", "--name", "-p", "--prefix", "--with", "--extra", "--group", "--python", "--package", "--directory", "--env", "-f")  # fmt: skip
        words = words[2:] if takes else words[1:]
    return words


def _without_redirections(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif re.fullmatch(r"\d*(>>?|<)(&\d)?", word):
            skip = not word.endswith(("&1", "&2"))
        elif not re.match(r"\d*>>?&?\S", word):
            kept.append(word)
    return kept
