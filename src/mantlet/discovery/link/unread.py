"""Programs in languages that nobody here reads: silence would look like there being nothing."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable

from mantlet.discovery.clues import Unclear, Where

LANGUAGES = {
    "R": "r rmd", "Java": "java", "Kotlin": "kt", "Scala": "scala", "Go": "go", "Rust": "rs", "C#": "cs",
    "C or C++": "c cc cpp cxx", "Julia": "jl", "Ruby": "rb", "PHP": "php", "Swift": "swift", "MATLAB": "m",
    "Perl": "pl", "Lua": "lua", "Elixir": "ex exs", "Snakemake": "smk", "Nextflow": "nf",
}  # fmt: skip
_BY_SUFFIX = {suffix: language for language, suffixes in LANGUAGES.items() for suffix in suffixes.split()}
_BY_NAME = {"Snakefile": "Snakemake"}


def unread(files: Iterable[str]) -> list[Unclear]:
    """Return, for each language that isn't read, how many files there are, at the first of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(files):
        name = posixpath.basename(path)
        language = _BY_NAME.get(name) or _BY_SUFFIX.get(posixpath.splitext(name)[1][1:].lower())
        if language:
            found[language].append(path)
    return [
        Unclear(
            Where(paths[0]),
            f"programs in {language} are not read ({len(paths):,} {'files' if len(paths) > 1 else 'file'})",
        )
        for language, paths in sorted(found.items())
    ]
