"""What data is and where it comes from: personal or not, what a model was trained on.

Personal data stays personal through copying, joining, embedding or pseudonymising; it stops being so
where it was anonymised or aggregated, and a model trained on it is a matter of *trains-on*, not of being personal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from msgspec import UNSET

from mantlet.analysis.arrays import Index, Mask, Ternary, flags
from mantlet.analysis.assets import TESTS
from mantlet.analysis.columns import STORE, Columns
from mantlet.rules.tree import NO, UNKNOWN, YES, DataWord

TRAINING = frozenset({"train", "fine-tune", "distil", "distill", "tune"})
"""Operations that make a model of data."""
SEVERING = frozenset({"anonymise", "anonymize", "aggregate", "synthesise", "synthesize", "evaluate", "count"})
"""Operations after which data no longer speaks of single people."""
MODEL_MAKERS = ("training-job",)
MODEL_CARRIERS = (
    "model-artifact",
    "inference-service",
    "batch-scoring-job",
    "edge-inference",
    "training-job",
    "model-converter",
    "evaluation-job",
)


class Lineage:
    """Three-valued answers about data, per asset, movement and element."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._assets = list(columns.sections.data.values())
        self._memo: dict[object, Ternary] = {}
        self._natural: dict[str, int] = {}
        """Per type of data, which codes of element types hold it by nature; bit i is about code i."""
        for code, name in enumerate(columns.element_types.names):
            for held in columns.vocabulary.natural(name):
                self._natural[held] = self._natural.get(held, 0) | 1 << code

    def assets(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each asset whether it is one of the words or types."""
        result = np.zeros(len(self._assets), np.int8)
        for word in words:
            result = np.maximum(result, self._word(word))
        if types:
            result = np.maximum(result, np.where(self.columns.data_types.are(types), YES, NO).astype(np.int8))
        return result

    def _telling(self, words: tuple[DataWord, ...]) -> tuple[DataWord, ...]:
        """Return the words that can make a difference: without a single asset, all but `any` say the same."""
        if self._assets or not words:
            return words
        return ("any",) if "any" in words else ("personal",)

    def _word(self, word: DataWord) -> Ternary:
        if word not in self._memo:
            test = TESTS[word]
            own = np.fromiter((test(asset) for asset in self._assets), np.int8, len(self._assets))
            if word in {"personal", "special-category"}:
                own = self._inherit(own, NO)
            elif word in {"confidential", "restricted"}:
                own = self._inherit(own, UNKNOWN)
            self._memo[word] = own
        return self._memo[word]

    def _inherit(self, own: Ternary, severed: int) -> Ternary:
        """Let what nobody wrote of a derived asset follow from what it was derived from.

        ``severed`` is the answer where training, aggregating or anonymising lies between.
        """
        result = own.copy()
        for row in self._in_order():
            asset = self._assets[row]
            if own[row] != UNKNOWN or asset.derived_from is UNSET:
                continue
            parents = [
                (self.columns.data.rows.get(name, -1), how) for name, how in asset.derived_from.items()
            ]
            kept = [
                result[parent] for parent, how in parents if parent >= 0 and how not in SEVERING | TRAINING
            ]
            result[row] = max(kept if kept and len(kept) == len(parents) else [*kept, severed])
        return result

    def _in_order(self) -> list[int]:
        """Return assets so that each comes after what it was derived from; cycles end where they close."""
        rows, done, order = self.columns.data.rows, set[int](), list[int]()
        for start in range(len(self._assets)):
            stack = [(start, False)]
            while stack:
                row, expanded = stack.pop()
                if expanded:
                    order.append(row)
                elif row not in done:
                    done.add(row)
                    stack.append((row, True))
                    origins = self._assets[row].derived_from
                    stack.extend(
                        (rows[name], False)
                        for name in (origins if origins is not UNSET else ())
                        if name in rows
                    )
        return order

    def derived(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each asset whether anything it was made from is one of the words or types; unknown without `derived_from`."""
        return self._ancestry(self.assets(words, types), SEVERING, lambda _: True)

    def trained_on(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each asset that is a model whether it was trained on such data."""
        wanted = self.assets(words, types)
        models = self.columns.data_types.are(("model",))
        written = self._ancestry(wanted, SEVERING, lambda how: how in TRAINING)
        seen = self._seen_training(words, types)
        result = np.where(written == UNKNOWN, seen, written)
        return np.where(models, result, NO).astype(np.int8)

    def _ancestry(self, wanted: Ternary, stop: frozenset[str], starts: Callable[[str], bool]) -> Ternary:
        """Climb `derived_from` from each asset; the first step must satisfy ``starts``, no step may be one that severs."""
        below = wanted.copy()
        result = np.full(len(self._assets), UNKNOWN, np.int8)
        for row in self._in_order():
            origins = self._assets[row].derived_from
            if origins is UNSET:
                continue
            parents = [(self.columns.data.rows.get(name, -1), how) for name, how in origins.items()]
            through = [(parent, how) for parent, how in parents if parent >= 0 and how not in stop]
            below[row] = max([wanted[row], *(below[parent] for parent, _ in through)])
            started = [parent for parent, how in through if starts(how)]
            inherited = [parent for parent, how in through if not starts(how)]
            result[row] = max(
                [*(below[parent] for parent in started), *(result[parent] for parent in inherited), NO]
            )
        return result

    def _seen_training(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """What the drawing shows: a model that a training job puts out was trained on what went in."""
        columns = self.columns
        makers = columns.element_types.are(MODEL_MAKERS)
        fed = self.gather_in(self.movements(words, types))
        owners = columns.moves.owner_rows()
        outgoing = makers[columns.source[owners]]
        result = np.full(len(self._assets), UNKNOWN, np.int8)
        made = np.zeros(len(self._assets), np.int8)
        shown = np.zeros(len(self._assets), bool)
        np.maximum.at(made, columns.moves.items[outgoing], fed[columns.source[owners]][outgoing])
        shown[columns.moves.items[outgoing]] = True
        result[shown] = made[shown]
        return result

    def movements(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each movement whether it carries such data; where nobody listed its data, what a store holds by nature counts."""
        words = self._telling(words)
        key = ("movements", words, types)
        if key not in self._memo:
            columns = self.columns
            result = np.full(len(columns.source), YES if "any" in words else UNKNOWN, np.int8)
            if types:
                result[self.by_nature(types)[columns.source]] = YES
            if columns.moves_known.any():
                moved = _any(columns.moves.starts, self.assets(words, types)[columns.moves.items])
                result = np.where(columns.moves_known, moved, result)
            self._memo[key] = result
        return self._memo[key]

    def by_nature(self, types: tuple[str, ...]) -> Mask:
        """Tell of each element whether its type holds such data by nature."""
        table = self.columns.element_types
        marks = flags(self.held_by_nature(types), len(table.names))
        return marks[table.codes] if table.names else np.zeros(0, bool)

    def held_by_nature(self, types: tuple[str, ...]) -> int:
        """Return the set of codes of element types that hold such data by nature."""
        codes = 0
        for name in types:
            codes |= self._natural.get(name, 0)
        return codes

    def elements(self, relation: str, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each element whether it holds, or handles, such data.

        A process holds nothing unless the model says so; a store of which nobody wrote what it holds may hold anything.
        """
        words = self._telling(words)
        key = (relation, words, types)
        if key not in self._memo:
            columns = self.columns
            table = columns.kept if relation == "holds" else columns.handled
            result = (
                _any(table.starts, self.assets(words, types)[table.items])
                if len(table.items)
                else np.zeros(len(columns.elements), np.int8)
            )
            if types:
                result[self.by_nature(types)] = YES
            if relation == "handles":
                moved = self.movements(words, types)
                result = np.maximum(result, np.maximum(self.gather_in(moved), self.gather_out(moved)))
            if words:
                result[self.unlisted & (result == NO)] = UNKNOWN
            self._memo[key] = result
        return self._memo[key]

    @cached_property
    def unlisted(self) -> Mask:
        """Stores of which nobody wrote what they hold, and to which nothing listed flows."""
        columns = self.columns
        return ~columns.holds_known & (columns.kind == STORE) & (np.diff(columns.kept.starts) == 0)

    def gather_in(self, moved: Ternary) -> Ternary:
        """Return, per element, the most of what its incoming movements say."""
        result = np.zeros(len(self.columns.elements), np.int8)
        np.maximum.at(result, self.columns.target, moved)
        return result

    def gather_out(self, moved: Ternary) -> Ternary:
        """Return, per element, the most of what its outgoing movements say."""
        result = np.zeros(len(self.columns.elements), np.int8)
        np.maximum.at(result, self.columns.source, moved)
        return result

    def models_at(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each element whether a model that it serves, holds or makes was trained on such data.

        Where its models aren't listed, the drawing is followed: training jobs take in data, and pass what they
        learnt to the stores, services and devices that their output reaches.
        """
        words = self._telling(words)
        key = ("models", words, types)
        if key not in self._memo:
            columns = self.columns
            if not self._assets:
                self._memo[key] = self._drawn(words, types)
                return self._memo[key]
            listed = columns.data_types.are(("model",))
            table = columns.handled
            said = _any(table.starts, self.trained_on(words, types)[table.items])
            has_model = _any(table.starts, np.where(listed, YES, NO).astype(np.int8)[table.items]) == YES
            drawn = self._drawn(words, types)
            carriers = columns.element_types.are(MODEL_CARRIERS)
            unsaid = np.where(carriers, drawn, np.maximum(drawn, UNKNOWN))
            listed_at = np.where(said == UNKNOWN, unsaid, said)
            self._memo[key] = np.where(has_model, listed_at, drawn).astype(np.int8)
        return self._memo[key]

    def moving_models(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        """Tell of each movement whether a model that moves on it was trained on such data; its source answers where none is listed."""
        columns = self.columns
        if not columns.moves_known.any():
            carried = self.movements((), ("model",))
            return np.where(carried == NO, np.int8(NO), self.models_at(words, types)[columns.source])
        said = _any(columns.moves.starts, self.trained_on(words, types)[columns.moves.items])
        carries = self.movements((), ("model",))
        return np.where(
            columns.moves_known,
            said,
            np.where(carries == NO, NO, self.models_at(words, types)[columns.source]),
        ).astype(np.int8)

    def _drawn(self, words: tuple[DataWord, ...], types: tuple[str, ...]) -> Ternary:
        makers, start, source, target, fed_by = self._passing
        level = start.copy()
        fed = self.gather_in(self.movements(words, types))
        level[makers] = fed[makers]
        for _ in range(len(MODEL_CARRIERS)):
            reached = np.zeros(len(level), np.int8)
            np.maximum.at(reached, target, level[source])
            after = np.where(fed_by, np.maximum(reached, level & YES), level)
            if np.array_equal(after, level):
                break
            level = after
        return level

    @cached_property
    def _passing(self) -> tuple[Mask, Ternary, Index, Index, Mask]:
        """How models pass through the drawing: who makes them, who may hold one, and from where to where they move on."""
        columns = self.columns
        carriers = columns.element_types.are(MODEL_CARRIERS)
        makers = columns.element_types.are(MODEL_MAKERS)
        passes = carriers[columns.source] & (carriers & ~makers)[columns.target]
        source, target = columns.source[passes], columns.target[passes]
        fed_by = np.zeros(len(carriers), bool)
        fed_by[target] = True
        return makers, carriers * np.int8(UNKNOWN), source, target, fed_by


def _any(starts: np.ndarray, values: Ternary) -> Ternary:
    """Return the most of each run; no for an empty one."""
    result = np.zeros(len(starts) - 1, np.int8)
    if values.size:
        filled = np.diff(starts) > 0
        result[filled] = np.maximum.reduceat(values, starts[:-1][filled])
    return result
