"""What readers say of one file: clues about keys, as plain data that can be cached and sent between processes.

A key names a thing in the words of the source: readers never decide that two sources speak of one thing, linking does.

    path:data/raw.csv         a file or folder of the repository, or one that its programs write
    url:https://host/a        an address; host:NAME:PORT a server named by compose, Kubernetes or an address
    route:POST /predict       an endpoint, as the client or the server writes it
    table:schema.name         a table; bucket:s3:NAME, topic:NAME, collection:NAME, repo:hub/NAME alike
    image:NAME  service:NAME  a container image; a compose, Kubernetes or Terraform service
    code:pkg.module.function  a function, class or script of the repository
    env:NAME    secret:NAME   an environment variable; a credential
    saas:wandb                a hosted service by its catalogue id
    who:user                  people
"""

from __future__ import annotations

from msgspec import Struct


class Where(Struct, frozen=True, order=True):
    """A line of the repository; `path` is relative with forward slashes, `line` counts from 1 (0: the file itself)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Thing(Struct, frozen=True, tag="thing", omit_defaults=True):
    """Something that may become an element. `type` is the vocabulary's; confidence runs from 0 to 1."""

    key: str
    type: str
    name: str
    at: Where
    confidence: float = 0.8
    parent: str = ""
    """The key of the thing that this is a part of (an endpoint's service, a task's pipeline)."""
    also: tuple[str, ...] = ()
    """Other names that people call it by."""


class Move(Struct, frozen=True, tag="move", omit_defaults=True):
    """Data that goes from one key to another; `data` says what in a few words."""

    source: str
    target: str
    at: Where
    data: str = ""
    confidence: float = 0.8
    opened_by: str = ""
    """The key that connects, where it isn't `source`."""


class Same(Struct, frozen=True, tag="same"):
    """Two keys name one thing: a mounted folder, a service and its image, a variable and its default."""

    one: str
    other: str
    at: Where


class Fact(Struct, frozen=True, tag="fact"):
    """A fact of the catalogue about a key, or about the moves between two keys (`key`, `other`)."""

    key: str
    fact: str
    value: str
    at: Where
    other: str = ""


class Personal(Struct, frozen=True, tag="personal"):
    """Personal data of a category seen in what a key holds or carries."""

    key: str
    category: str
    at: Where


class Part(Struct, frozen=True, tag="part", omit_defaults=True):
    """A line of the inventory: a framework, model, dataset or image, with its version or the absence of one."""

    kind: str
    name: str
    at: Where
    version: str = ""


class Unclear(Struct, frozen=True, tag="unclear"):
    """Something that was seen and not understood; silence would read as safety."""

    at: Where
    what: str


Clue = Thing | Move | Same | Fact | Personal | Part | Unclear
