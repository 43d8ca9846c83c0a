"""Many identifiers looked for in much text at once: anchors by Aho-Corasick over bytes, then the exact test on the few
cells that hold one. Pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, TypeVar

from ahocorasick_rs import BytesAhoCorasick

from tillit.decide.identity import fold
from tillit.decide.identity_escapes import decoded, escaped_at
from tillit.decide.identity_needles import Needle, needle

L = TypeVar("L", bound=Hashable)
NOT_DIGITS = bytes(b for b in range(1, 256) if not 0x30 <= b <= 0x39)  # all but digits, and NUL between cells


@dataclass(frozen=True, slots=True)
class Matcher(Generic[L]):
    """Finds identifiers in cells. `skipped` counts, by type, the identifiers too
    short or too common to be looked for.
    """

    needles: tuple[tuple[L, Needle], ...] = field(repr=False)
    skipped: Mapping[str, int]
    by_anchor: tuple[tuple[int, ...], ...] = field(repr=False)  # pattern -> needles
    by_digits: tuple[tuple[int, ...], ...] = field(repr=False)
    words: BytesAhoCorasick | None = field(repr=False)
    numbers: BytesAhoCorasick | None = field(repr=False)

    def __call__(self, cells: bytes) -> Iterator[tuple[int, frozenset[L]]]:
        """(index, labels of the identifiers it holds) of each cell that holds any; escaped spellings are read too.

        `cells` are UTF-8, parted by NUL.
        """
        found: dict[int, set[L]] = {}
        texts = _Texts(cells)
        for place, which in self._candidates(cells).items():
            self._test(texts.get(place), which, found.setdefault(place, set()))
        views = [(at, view) for at in _escaped(cells) for view in decoded(texts.get(at))]
        if views:
            for place, which in self._candidates(b"\0".join(view for _, view in views)).items():
                at, view = views[place]
                self._test(view.decode(), which, found.setdefault(at, set()))
        return ((index, frozenset(labels)) for index, labels in sorted(found.items()) if labels)

    def _candidates(self, cells: bytes) -> dict[int, set[int]]:
        """cell -> the needles whose anchor it holds."""
        held: dict[int, set[int]] = {}
        if self.words is not None:
            _gather(self.words, self.by_anchor, cells.lower(), held)
        if self.numbers is not None:
            _gather(self.numbers, self.by_digits, cells.translate(None, NOT_DIGITS), held)
        return held

    def _test(self, text: str, which: Iterable[int], labels: set[L]) -> None:
        folded = fold(text)
        for number in which:
            label, one = self.needles[number]
            if label not in labels and one.test(folded):
                labels.add(label)


class _Texts:
    """Single cells as text, split off when the first is asked for."""

    def __init__(self, cells: bytes) -> None:
        self._cells = cells
        self._split: list[bytes] | None = None

    def get(self, index: int) -> str:
        if self._split is None:
            self._split = self._cells.split(b"\0")
        return self._split[index].decode("utf-8", "replace")


def matcher(known: Iterable[tuple[L, str, str]], country: str = "SE") -> Matcher[L]:
    """A matcher of (label, type, value) identifiers. The label comes back with each hit: choose what the report may
    say.
    """
    needles: dict[tuple[L, str, str], tuple[L, Needle]] = {}
    skipped: dict[str, int] = {}
    for label, type_, value in known:
        made = needle(type_, value, country)
        if made is None:
            skipped[type_] = skipped.get(type_, 0) + 1
        else:
            needles[label, type_, value] = (label, made)
    ordered = tuple(needles.values())
    anchors: dict[bytes, list[int]] = {}
    digits: dict[bytes, list[int]] = {}
    for number, (_, one) in enumerate(ordered):
        for anchor in one.anchors:
            anchors.setdefault(anchor, []).append(number)
        if one.digits:
            digits.setdefault(one.digits, []).append(number)
    return Matcher(
        ordered,
        skipped,
        tuple(map(tuple, anchors.values())),
        tuple(map(tuple, digits.values())),
        BytesAhoCorasick(list(anchors)) if anchors else None,
        BytesAhoCorasick(list(digits)) if digits else None,
    )


def _gather(
    automaton: BytesAhoCorasick, needles: Sequence[Sequence[int]], joined: bytes, held: dict[int, set[int]]
) -> None:
    matches = sorted(automaton.find_matches_as_indexes(joined, overlapping=True), key=itemgetter(1))
    for (pattern, _, _), cell in zip(matches, _cells_at(joined, (start for _, start, _ in matches)), strict=True):
        held.setdefault(cell, set()).update(needles[pattern])


def _cells_at(joined: bytes, offsets: Iterable[int]) -> Iterator[int]:
    """The cell of each offset; offsets come in rising order."""
    cell = last = 0
    for offset in offsets:
        cell += joined.count(b"\0", last, offset)
        last = offset
        yield cell


def _escaped(cells: bytes) -> list[int]:
    """The cells that hold something that may be an escape."""
    return sorted(set(_cells_at(cells, escaped_at(cells))))
