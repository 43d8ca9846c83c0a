"""What the names of a condition mean in one table of a map."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.model.expression import Expression
from tillit.model.source import Position
from tillit.policy.expression import Scope, parse_expression
from tillit.policy.gather import quoted
from tillit.policy.names import Book, ColumnRead, Draft, LinkRead
from tillit.policy.source import Scalar


@dataclass(slots=True)
class TableScope:
    """The rows of one table. Everything read goes into the book's readings.

    Without a table (`draft` None: it could not be resolved, and that is told) any name may stand.
    """

    book: Book
    draft: Draft | None
    what: str
    reader: str  # the table whose condition it is
    held: frozenset[str] = frozenset()
    own_link: str = ""  # the link whose `when` it is: its columns need no entry

    def column(self, name: str, at: Position, today: bool) -> None:
        if self.draft is None:
            return
        if self.own_link:
            self.draft.other_columns.add(name)
        elif not self.book.known_column(self.draft, name, at):
            return
        if today:
            self.book.dressed(self.draft, name, at)
        self.book.reads.columns.append(ColumnRead(self.draft.name, name, at, self.what, self.own_link))

    def child(self, name: str, via: str | None, at: Position) -> tuple[tuple[str, str] | None, Scope]:
        found = None if self.draft is None else self.book.child(self.draft, name, via, at, "exists(VIA, ...)")
        if found is None:
            return None, self._inner(None)
        child, link = found
        return (child.name, link.name), self._inner(child)

    def parent(self, name: str, at: Position) -> tuple[str | None, Scope]:
        link = None if self.draft is None else self.book.link(self.draft, name, at)
        parent = None if link is None else self.book.table(link.table, at)
        if link is None or parent is None:
            return None, self._inner(None)
        return link.name, self._inner(parent)

    def exists(self, child: str, link: str, part: Expression, at: Position) -> None:
        read = LinkRead(child, link, at, self.what, upwards=False, part=part, held=self.held, reader=self.reader)
        self.book.reads.links.append(read)
        self.book.reads.exists.append(read)

    def of(self, link: str, part: Expression, at: Position) -> None:
        if self.draft is None:
            return
        read = LinkRead(self.draft.name, link, at, self.what, part=part, held=self.held, reader=self.reader)
        self.book.reads.links.append(read)

    def _inner(self, draft: Draft | None) -> TableScope:
        return TableScope(self.book, draft, self.what, self.reader, self.held)


def read_condition(
    book: Book,
    draft: Draft,
    scalar: Scalar,
    what: str,
    reader: Draft,
    held: frozenset[str] = frozenset(),
    own_link: str = "",
) -> Expression | None:
    """The condition on rows of `draft` that `scalar` says, written in the entry of `reader`."""
    scope = TableScope(book, draft, f"{what} of {quoted(reader.name)}", reader.name, held, own_link)
    return parse_expression(book.gather, scalar, scope, what)
