"""A model's history from git: what was open when, how long treating took, how fast the rest burns down.

Every commit is judged by today's rules, as of its own day, so that a line in the plot moves because the system or its decisions
changed and not because the catalogue did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from msgspec import Struct, field

from mantlet.base.errors import MantletError
from mantlet.findings.finding import FOLDER
from mantlet.findings.keeping import SUPPRESSIONS
from mantlet.project.api import RULES_FOLDER, Assessment, analyse, model_file
from mantlet.project.vcs.git import Commit, Repository
from mantlet.project.vcs.versions import open_commit
from mantlet.review.questions import WEIGHT
from mantlet.risk.owasp import ImpactMode, Severity

DEFAULT_LAST = 50
NOW = "now"


class Point(Struct):
    """The state of the model at one commit."""

    commit: str
    """Its id; `now` for the file as it is."""
    on: str
    """The day, as YYYY-MM-DD."""
    subject: str
    counts: dict[str, int]
    """Open risks by severity, worst first."""
    settled: int
    mitigated: int
    weight: int
    open: dict[str, str]
    """Open risks by id, with their severity."""


class Unread(Struct):
    """A commit whose model could not be read."""

    commit: str
    on: str
    why: str


class Treated(Struct):
    """How long it took until risks were treated, in days."""

    severity: str
    treated: int
    median_days: float | None
    still_open: int
    oldest_days: int
    """Age of the oldest that is still open."""


class History(Struct):
    """What was open when, oldest first."""

    name: str = ""
    points: list[Point] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    treatment: list[Treated] = field(default_factory=list)
    earlier: int = 0
    """Whether there are commits before the first point: at least so many."""

    @property
    def per_week(self) -> float | None:
        """Weight that goes away per week, over the whole time; None for less than a week."""
        if len(self.points) < 2:
            return None
        first, last = self.points[0], self.points[-1]
        days = _days(first.on, last.on)
        return (first.weight - last.weight) * 7 / days if days >= 7 else None


def history(
    model: str | Path = ".",
    *,
    last: int = DEFAULT_LAST,
    today: date | None = None,
    mode: ImpactMode = "method",
    environment: str = "",
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> History:
    """Judge the last commits that touched a model, and the file as it is."""
    file = model_file(Path(model))
    repository = Repository(file.resolve().parent)
    path = repository.relative(file)
    folder = path.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    touched = [path, *(f"{prefix}{name}" for name in (RULES_FOLDER, FOLDER, SUPPRESSIONS))]
    commits = repository.log(repository.commit("HEAD"), touched, last + 1)
    made = History(earlier=max(len(commits) - last, 0))
    wanted = commits[:last][::-1]
    for number, commit in enumerate(wanted, 1):
        told(number, len(wanted))
        day = datetime.fromtimestamp(commit.when, UTC).date()
        try:
            opened = open_commit(
                repository,
                commit.id,
                path,
                commit.id[:10],
                today=day,
                impact_mode=mode,
                environment=environment,
            )
        except MantletError as error:
            made.unread.append(Unread(commit.id, day.isoformat(), error.diagnostics().splitlines()[0]))
            continue
        made.points.append(_point(opened.assessment, commit, day))
    day = today or date.today()
    now = analyse(file, today=day, impact_mode=mode, environment=environment)
    made.name = now.model.name
    made.points.append(_point(now, Commit(NOW, 0, "", "the file as it is"), day))
    made.treatment = list(_treatment(made.points))
    return made


def _point(assessment: Assessment, commit: Commit, day: date) -> Point:
    register = assessment.register
    risks = {risk.id: risk.severity.word for risk in register.open}
    return Point(
        commit=commit.id,
        on=day.isoformat(),
        subject=commit.subject[:200],
        counts=register.counts(),
        settled=len(register.decided),
        mitigated=len(register.mitigated),
        weight=sum(WEIGHT[Severity.of(word)] for word in risks.values()),
        open=risks,
    )


def _treatment(points: Sequence[Point]) -> Iterator[Treated]:
    """Follow each risk from the day that it opened to the day that it was closed; one that opens again starts anew."""
    since: dict[str, str] = {}
    worst: dict[str, str] = {}
    took: dict[str, list[int]] = {}
    for point in points:
        for name, word in point.open.items():
            since.setdefault(name, point.on)
            worst[name] = max(word, worst.get(name, word), key=Severity.of)
        for name in [name for name in since if name not in point.open]:
            took.setdefault(worst.pop(name), []).append(_days(since.pop(name), point.on))
    today = points[-1].on
    for severity in reversed(Severity):
        closed = took.get(severity.word, [])
        ages = [_days(day, today) for name, day in since.items() if worst[name] == severity.word]
        if closed or ages:
            middle = float(median(closed)) if closed else None
            yield Treated(severity.word, len(closed), middle, len(ages), max(ages, default=0))


def _days(start: str, end: str) -> int:
    return max((date.fromisoformat(end) - date.fromisoformat(start)).days, 0)
