"""`since`, `created`, `events` and `through`: the moments that periods start from, and the children that hold a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillit.model.mapping import Clock, ClockKind, Dress
from tillit.model.source import Position
from tillit.policy.gather import quoted, shown
from tillit.policy.names import Book, ColumnRead, Draft, LinkRead, ReadClock, Readings
from tillit.policy.places import locate
from tillit.policy.source import Scalar
from tillit.policy.tokens import Reader, Slip, Token

_REMEDY = "write a column, `LINK.column`, `last(child.column)` or `first(child.column)`"
_THROUGH = "write `child`, or `child via link`"


@dataclass(frozen=True, slots=True)
class _Written:
    """A clock's text in parts. `function` is `first`, `last` or empty; `names` end with the column."""

    function: str
    names: tuple[str, ...]
    via: str | None
    at: Position


def parse_clock(book: Book, draft: Draft, scalar: Scalar, what: str, children: bool = True) -> ReadClock | None:
    """The clock that `scalar` says, its names resolved; None when faulty. `children`: `first` and `last` may stand."""
    try:
        written = _read(scalar)
    except Slip as slip:
        book.gather.add(locate(scalar, slip.at), f"{what}: {slip.what}", slip.remedy)
        return None
    if not written.function:
        return _column_clock(book, draft, written, what)
    if not children:
        reason = f"{what} cannot be {written.function}(...): it must not move with the rows that point here"
        book.gather.add(scalar.at, reason, "write a column, or `LINK.column`")
        return None
    return _child_clock(book, draft, written, what)


def _read(scalar: Scalar) -> _Written:
    reader = Reader(scalar.text)
    function = ""
    if reader.now.says("first", "last") and reader.after.says("("):
        function = reader.take().text.lower()
        reader.take()
    elif reader.after.says("("):
        raise Slip(reader.now.at, f"{reader.now} is no clock", _REMEDY)
    start = reader.now
    names = [t.text for t in reader.name("a column", _REMEDY)]
    via = None
    if function and reader.accept("via"):
        last = [t.text for t in reader.name("a link", "write `last(child via link .column)`")]
        if len(last) < 2:
            raise Slip(reader.now.at, "the column is lacking", "write `last(child via link .column)`")
        via, names = ".".join(last[:-1]), [".".join(names), last[-1]]
    if function:
        reader.expect(")", f"write `{function}(child.column)`")
        if len(names) < 2:
            raise Slip(start.at, "the child or its column is lacking", f"write `{function}(child.column)`")
    reader.end(_REMEDY + "; names that are not plain words stand in double quotes")
    return _Written(function, tuple(names), via, locate(scalar, start.at))


def _column_clock(book: Book, draft: Draft, written: _Written, what: str) -> ReadClock | None:
    """A column of the row, or of a parent's row along links."""
    *steps, column = written.names
    if ".".join(written.names) in draft.columns:
        steps, column = [], ".".join(written.names)
    path: list[str] = []
    reads = Readings()
    here = draft
    while steps:
        name, steps = _step(here, steps)
        link = book.link(here, name, written.at)
        if link is None:
            return None
        if link.pointed_by or link.via is not None or link.matches:
            form = "pointed_by" if link.pointed_by else "via" if link.via is not None else "matches"
            reason = f"{what}: the link {quoted(link.name)} (`{form}`) may lead to several rows, and a clock needs one"
            book.gather.add(written.at, reason, "start from a column of this row, or of a parent it points at by key")
            return None
        parent = book.table(link.table, written.at)
        if parent is None:
            return None
        path.append(link.name)
        reads.links.append(LinkRead(here.name, link.name, written.at, what, reader=draft.name))
        here = parent
    dress = _read_column(book, reads, here, column, written, what)
    return ReadClock(Clock(column, ClockKind.COLUMN, tuple(path), dress=dress, at=written.at), reads)


def _read_column(book: Book, reads: Readings, draft: Draft, column: str, written: _Written, what: str) -> Dress | None:
    """Notes that the clock reads a column; gives the dress the map says."""
    draft.other_columns.add(column)
    reads.columns.append(ColumnRead(draft.name, column, written.at, what))
    return book.dressed(draft, column, written.at)


def _step(draft: Draft, steps: Sequence[str]) -> tuple[str, list[str]]:
    """The next link's name: it may hold dots (`schema.table`), so the longest that is known is taken."""
    for length in range(len(steps), 0, -1):
        name = ".".join(steps[:length])
        if name in draft.links or any(link.table == name for link in draft.links.values()):
            return name, list(steps[length:])
    return steps[0], list(steps[1:])


def _child_clock(book: Book, draft: Draft, written: _Written, what: str) -> ReadClock | None:
    *table, column = written.names
    show = f"{written.function}(VIA .{shown(column)})"
    found = book.child(draft, ".".join(table), written.via, written.at, show)
    if found is None:
        return None
    child, link = found
    read = LinkRead(child.name, link.name, written.at, what, upwards=False, reader=draft.name)
    reads = Readings(links=[read], over=[read])
    dress = _read_column(book, reads, child, column, written, what)
    kind = ClockKind(written.function)
    return ReadClock(Clock(column, kind, child=child.name, child_link=link.name, dress=dress, at=written.at), reads)


def parse_through(book: Book, draft: Draft, scalar: Scalar) -> tuple[str, str] | None:
    """The child table and its link here that `through` says; None when faulty."""
    try:
        reader = Reader(scalar.text)
        table = _dotted(reader.name("a table", _THROUGH))
        via = _dotted(reader.name("a link", _THROUGH)) if reader.accept("via") else None
        reader.end(_THROUGH)
    except Slip as slip:
        book.gather.add(locate(scalar, slip.at), f"`through`: {slip.what}", slip.remedy)
        return None
    found = book.child(draft, table, via, scalar.at, "through: VIA")
    return None if found is None else (found[0].name, found[1].name)


def _dotted(names: list[Token]) -> str:
    return ".".join(t.text for t in names)
