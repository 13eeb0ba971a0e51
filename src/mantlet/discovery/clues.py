"""What readers say of one file: clues about keys, as plain data that can be cached and sent between processes.

A key names a thing in the words of the source: readers never decide that two sources speak of one thing, linking does.

    path:data/raw.csv          a file or folder: relative to the repository's root, forward slashes, no `./`; `*` where a part
                               isn't known; absolute paths stay (`path:/app/data`), a `Mount` may place them
    url:https://host/a         an address, as written; host:NAME:PORT a server named by compose, Kubernetes or a connection string
    route:POST /predict        an endpoint, as the client or the server writes it (`WS /chat` for WebSockets)
    table:schema.name          a table; view:NAME a feature view; bucket:s3:NAME  topic:NAME  queue:NAME  collection:NAME
    repo:huggingface/org/name  a model or data set on a hub; image:NAME a container image
    service:NAME               a compose, Kubernetes or Terraform service; resource:aws_s3_bucket.raw a Terraform resource
    docker:backend/Dockerfile  what a Dockerfile builds
    stage:dvc.yaml#train       a step that a file declares (dvc, MLproject, Airflow, Argo, Makefile target);
                               job:.github/workflows/ci.yaml#test a job of CI; workflow:FILE the whole
    code:src/train.py          a script or module; code:src/train.py#Model.fit a function, class or method in it;
                               code:frontend a program that is a folder
    env:NAME                   an environment variable; secret:NAME a credential; config:FILE#a.b a value of a settings file
    saas:wandb                 a hosted service by a short name of its own
    remote:dvc                 the default remote of DVC; remote:dvc#NAME another
    who:user                   people
"""

from __future__ import annotations

from msgspec import Struct


class Where(Struct, frozen=True, order=True):
    """A line of the repository; `path` is relative with forward slashes, `line` counts from 1 (0: the file itself)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Thing(Struct, frozen=True, tag_field="clue", tag="thing", omit_defaults=True):
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


class Move(Struct, frozen=True, tag_field="clue", tag="move", omit_defaults=True):
    """Data that goes from one key to another; `data` says what in a few words."""

    source: str
    target: str
    at: Where
    data: str = ""
    confidence: float = 0.8
    opened_by: str = ""
    """The key that connects, where it isn't `source`."""


class Same(Struct, frozen=True, tag_field="clue", tag="same"):
    """Two keys name one thing: a mounted folder, a service and its image, a variable and its default."""

    one: str
    other: str
    at: Where


class Runs(Struct, frozen=True, tag_field="clue", tag="runs", omit_defaults=True):
    """A declared step or service runs a command, as it is written; linking finds the script and hands it its arguments."""

    key: str
    argv: tuple[str, ...]
    at: Where
    folder: str = ""
    """The working folder relative to the repository's root, where the source says it."""


class Setting(Struct, frozen=True, tag_field="clue", tag="setting", omit_defaults=True):
    """An environment variable or settings value has a value; `scope` is the service or step that it holds for.

    A credential's value is never kept: its `value` stays empty.
    """

    key: str
    value: str
    at: Where
    scope: str = ""


class Mount(Struct, frozen=True, tag_field="clue", tag="mount"):
    """Inside a container or job, a path is another one outside: a volume, a bind mount, `COPY . /app`."""

    key: str
    inside: str
    outside: str
    """A key: `path:`, `bucket:` or `volume:NAME`."""
    at: Where


class Fact(Struct, frozen=True, tag_field="clue", tag="fact"):
    """A fact of the catalogue about a key, or about the moves between two keys (`key`, `other`)."""

    key: str
    fact: str
    value: str
    at: Where
    other: str = ""


class Personal(Struct, frozen=True, tag_field="clue", tag="personal"):
    """Personal data of a category seen in what a key holds or carries."""

    key: str
    category: str
    at: Where


class Part(Struct, frozen=True, tag_field="clue", tag="part", omit_defaults=True):
    """A line of the inventory: a framework, model, dataset or image, with its version or the absence of one."""

    kind: str
    name: str
    at: Where
    version: str = ""


class Unclear(Struct, frozen=True, tag_field="clue", tag="unclear"):
    """Something that was seen and not understood; silence would read as safety."""

    at: Where
    what: str


Clue = Thing | Move | Same | Runs | Setting | Mount | Fact | Personal | Part | Unclear
