"""Word lists that tell people's names from other names: given and family names of many countries, words of organisations."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable

from mantlet.base.data import read_beside
from mantlet.base.errors import MissingToolError

_MIN_LENGTH = 2


@functools.cache
def organisation_words() -> frozenset[str]:
    """Return words that people's names don't have and those of organisations, places and weekdays do."""
    return frozenset(read_beside(__file__, "data/organisations.txt").decode().split())


@functools.cache
def given_names() -> frozenset[str]:
    """Return given names, in lower case, of the countries that the library of fake data knows."""
    return frozenset(_names("first_name")) - organisation_words()


@functools.cache
def family_names() -> frozenset[str]:
    """Return family names, in lower case."""
    return frozenset(_names("last_name")) - organisation_words()


def _names(prefix: str) -> Iterable[str]:
    """Yield the names in Faker's providers: they hold national statistics of names, well kept and under MIT."""
    for provider in _providers():
        for attribute in dir(provider):
            values = vars(provider).get(attribute) if attribute.startswith(prefix) else None
            if isinstance(values, (dict, tuple, list, set, frozenset)):
                yield from (
                    word
                    for name in values
                    for word in str(name).casefold().split()
                    if len(word) >= _MIN_LENGTH
                )


@functools.cache
def _providers() -> tuple[type, ...]:
    try:
        people = importlib.import_module("faker.providers.person")
    except ImportError:
        raise MissingToolError(
            "recognising people's names needs the package faker", mend="pip install 'mantlet[privacy]'"
        ) from None
    return tuple(
        importlib.import_module(f"{people.__name__}.{module.name}").Provider
        for module in pkgutil.iter_modules(people.__path__)
    )
