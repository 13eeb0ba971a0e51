"""What discovery found, as people read it on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.text import Text

from mantlet.base.counts import how_many
from mantlet.base.printable import one_line
from mantlet.cli.terminal import console, grid, several

if TYPE_CHECKING:
    from mantlet.discovery.draft import Draft, DraftElement
    from mantlet.discovery.update.items import Item
    from mantlet.project.discovering import Discovered, Update

GROUPS = (("external", "Outside"), ("process", "Processes"), ("store", "Stores"))
SHOWN_PARTS, SHOWN_FLOWS, SHOWN_UNCLEAR, SHOWN_SKIPPED = 3, 12, 8, 5
SURE, FAIR = 0.75, 0.5
MARKS = {
    "new": ("+", "green"),
    "changed": ("~", "yellow"),
    "gone": ("-", "red"),
    "differs": ("!", "bold red"),
}
KINDS = {
    "new": "new in the code",
    "changed": "changed",
    "gone": "gone from the code",
    "differs": "contradicted",
}


def words(text: str, style: str = "") -> Text:
    """Return text from the code or a model for a line or a cell, which it does not leave."""
    return Text(one_line(text), style=style)


def print_found(found: Discovered, *, detail: bool = False) -> None:
    """Print what was found, where, how sure, what was not understood and what was skipped."""
    draft, out = found.draft, console()
    tops = sum(not element.parent for element in draft.elements)
    parts = len(draft.elements) - tops
    counts = [
        how_many(tops, "element") + (f" with {how_many(parts, 'part')}" if parts else ""),
        how_many(len(draft.flows), "flow"),
    ]
    out.print(
        Text.assemble(
            (one_line(found.name), "bold"), f" · {how_many(draft.files, 'file')} read · ", ", ".join(counts)
        )
    )
    _print_elements(draft, detail=detail)
    _print_flows(draft, detail=detail)
    _print_facts(found, detail=detail)
    _print_unclear(found, detail=detail)
    _print_skipped(draft, detail=detail)


def _print_elements(draft: Draft, *, detail: bool) -> None:
    table = grid("", "type", "seen at", "sure")
    known = {element.id: element for element in draft.elements}
    for dfd, title in GROUPS:
        tops = [item for item in draft.elements if item.dfd == dfd and item.parent not in known]
        if tops:
            table.add_row(Text(title, style="bold"))
        for element in tops:
            _row(table, element, detail=detail)
            inner = [part for part in draft.elements if part.parent == element.id]
            shown = inner if detail else inner[:SHOWN_PARTS]
            for part in shown:
                _row(table, part, indent=2, detail=detail)
            if len(inner) > len(shown):
                table.add_row(Text(f"    … {how_many(len(inner) - len(shown), 'more part')}", style="dim"))
    if known:
        console().print()
        console().print(table)


def _row(table: Any, element: DraftElement, *, indent: int = 0, detail: bool) -> None:
    name = Text("  " + " " * indent).append_text(words(element.name))
    places = several(element.evidence, 5 if detail else 1)
    table.add_row(
        name, words(element.type, style="dim"), words(places, style="dim"), sureness(element.confidence)
    )


def sureness(confidence: float) -> Text:
    """Return a confidence as a word."""
    if confidence >= SURE:
        return Text("yes", style="green")
    return Text("likely", style="yellow") if confidence >= FAIR else Text("perhaps", style="red")


def _print_flows(draft: Draft, *, detail: bool) -> None:
    if not draft.flows:
        return
    names = {element.id: element.name for element in draft.elements}
    table = grid("Flows", "carries", "seen at", "sure")
    table.columns[0].header_style = "bold"
    shown = draft.flows if detail else draft.flows[:SHOWN_FLOWS]
    for flow in shown:
        ends = Text("  ").append_text(words(names.get(flow.source, flow.source)))
        ends.append(" → ", style="dim").append_text(words(names.get(flow.target, flow.target)))
        table.add_row(
            ends,
            words(flow.data),
            words(several(flow.evidence, 3 if detail else 1), style="dim"),
            sureness(flow.confidence),
        )
    console().print()
    console().print(table)
    _more(len(draft.flows) - len(shown), "flows")


def _print_facts(found: Discovered, *, detail: bool) -> None:
    """Print what matters to the threats: facts, and personal data."""
    raw = found.proposal.raw
    rows = []
    for section in ("elements", "flows"):
        for name, entry in raw.get(section, {}).items():
            places = entry["discovered"].get("facts", {})
            rows += [
                (f"{fact}: {value}", name, places.get(fact, ""))
                for fact, value in entry.get("facts", {}).items()
                if detail or fact != "access"
            ]
    rows += [
        ("personal: " + ", ".join(entry["personal"]), name, several(entry["discovered"].get("at", []), 1))
        for name, entry in raw.get("data", {}).items()
        if entry.get("personal")
    ]
    if not rows:
        return
    table = grid("What the code says of them", "of", "seen at")
    table.columns[0].header_style = "bold"
    for what, name, place in rows if detail else rows[: 2 * SHOWN_FLOWS]:
        table.add_row(Text("  ").append_text(words(what)), words(name), words(place, style="dim"))
    console().print()
    console().print(table)
    _more(len(rows) - 2 * SHOWN_FLOWS, "facts", unless=detail)


def _print_unclear(found: Discovered, *, detail: bool) -> None:
    """Print what was seen and not understood."""
    unclear = [(str(item.at), item.what) for item in found.draft.not_understood]
    unclear += [(place, f"no fact of the catalogue says {what}") for place, what in found.proposal.refused]
    if not unclear:
        return
    out = console()
    out.print(
        Text.assemble(
            "\n", (f"Not understood ({len(unclear)})", "bold yellow"),
            ("  look at these yourself: what they hide is not in the model", "dim"),
        )
    )  # fmt: skip
    table = grid("", "", show_header=False)
    for place, what in unclear if detail else unclear[:SHOWN_UNCLEAR]:
        table.add_row(Text("  ").append_text(words(place, style="dim")), words(what))
    out.print(table)
    _more(len(unclear) - SHOWN_UNCLEAR, "places", unless=detail)


def _print_skipped(draft: Draft, *, detail: bool) -> None:
    """Print what was not read, by reason."""
    reasons: dict[str, list[str]] = {}
    for item in draft.skipped:
        reasons.setdefault(item.reason, []).append(item.path)
    if not reasons:
        return
    out = console()
    out.print(Text.assemble("\n", (f"Not read ({len(draft.skipped)})", "bold")))
    table = grid("", "", "", show_header=False)
    for reason, paths in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        shown = several(paths, len(paths) if detail else SHOWN_SKIPPED)
        table.add_row(Text(f"  {len(paths)}", style="dim"), words(reason), words(shown, style="dim"))
    out.print(table)


def _more(count: int, what: str, *, unless: bool = False) -> None:
    if count > 0 and not unless:
        console().print(Text(f"  … {count} more {what}: --detail", style="dim"))


def print_inventory(found: Discovered) -> None:
    """Print the inventory."""
    components = found.components
    if not components:
        console().print("nothing that a version could be told of")
        return
    table = grid("kind", "name", "version", "pinned", "named at")
    for item in components:
        pinned = Text("yes", style="green") if item.pinned else Text("no", style="yellow")
        table.add_row(
            words(item.kind, style="dim"), words(item.name), words(item.version or "none named"), pinned, words(several(list(item.at), 2), style="dim"),
        )  # fmt: skip
    console().print(table)
    loose = sum(not item.pinned for item in components)
    console().print(
        Text(
            f"{how_many(len(components), 'component')}, {loose} of them may change without notice",
            style="dim",
        )
    )


# -- updates and drift


def item_line(item: Item) -> Text:
    """Return an item of a comparison as a line."""
    mark, style = MARKS[item.kind]
    line = Text.assemble((f"{mark} ", style)).append_text(words(item.subject, style="bold")).append("  ")
    line.append_text(words(item.what))
    if item.at:
        line.append("  ").append_text(words(several(item.at, 1), style="dim"))
    return line


def print_items(news: Update, *, minor: bool = False) -> None:
    """Print on what code and model disagree; with ``minor``, also what only adds where things are found."""
    out, comparison = console(), news.comparison
    for item in [item for item in comparison.items if not item.known] if minor else comparison.drift:
        if item.supporting:
            continue
        out.print(item_line(item), soft_wrap=True)
    for name, glob in news.stale:
        line = Text.assemble(("! ", "bold red")).append_text(words(f"element {name}", style="bold"))
        line.append("  ").append_text(words(f"no file is there under {glob}"))
        out.print(line, soft_wrap=True)
    known = [item for item in comparison.items if item.known]
    if known:
        out.print(Text(f"  known to people and left so: {how_many(len(known), 'difference')}", style="dim"))
    if comparison.left_out:
        out.print(
            Text(
                f"  {how_many(comparison.left_out, 'proposal')} declined before (--update --again shows them)",
                style="dim",
            )
        )
    if news.unclear:
        out.print(
            Text(
                f"  not understood: {how_many(news.unclear, 'place')}; {one_line(news.look)} lists them",
                style="dim",
            )
        )
    out.print(_verdict(comparison.drift, len(news.stale)))


def _verdict(items: Iterable[Item], stale: int) -> Text:
    counts: dict[str, int] = {}
    for item in items:
        if item.supporting:
            continue
        counts[item.kind] = counts.get(item.kind, 0) + 1
    parts = [f"{counts[kind]} {said}" for kind, said in KINDS.items() if kind in counts]
    if stale:
        parts.append(f"{stale} stale `code:`")
    return Text(", ".join(parts), style="bold") if parts else Text("code and model agree", style="green")


def drift_shape(news: Update) -> dict[str, Any]:
    """Return a comparison as JSON has it."""
    return {
        "mantlet": 1,
        "drift": bool(news.comparison.drift or news.stale),
        "items": [
            {
                "kind": item.kind,
                "section": item.section,
                "id": item.id,
                "what": item.what,
                "at": item.at,
                "known": item.known,
            }
            for item in news.comparison.items
        ],
        "stale": [{"element": name, "code": glob} for name, glob in news.stale],
        "declined": news.comparison.left_out,
        "not_understood": news.unclear,
    }
