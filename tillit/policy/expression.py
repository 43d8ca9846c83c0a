"""The conditions of `where:`, `while:` and `when:` (docs/reference/maps.md): a string to an Expression.

Recursive descent with a limit on depth and size, so that what is read here can be compiled everywhere.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from tillit.model.expression import (
    And,
    Compare,
    Const,
    Exists,
    Expression,
    Literal,
    Not,
    Null,
    Of,
    OneOf,
    Op,
    Or,
    Today,
)
from tillit.model.source import Position
from tillit.policy.gather import Gather, quoted
from tillit.policy.periods import parse_period
from tillit.policy.places import locate
from tillit.policy.source import Scalar
from tillit.policy.tokens import Kind, Reader, Slip, Token

MAX_DEPTH = 12  # SQLite's parser stack takes 20 nested `exists`, 40 nested parentheses
MAX_TERMS = 200
MAX_LIST = 500
LARGEST = 2**63 - 1  # what every engine's integers hold
_OPS = {op.value: op for op in Op}
_FOREIGN = {
    "like": "the language has no `like`: compare with whole texts",
    "between": "write `column >= 1 and column <= 9`",
    "isnull": "write `column is null`",
    "notnull": "write `column is not null`",
    "ilike": "the language has no `ilike`: compare with whole texts",
}
_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "exists", "of", "via", "today"})
_COMPARISONS = "compare it: `column = 'x'`, `column in ('a', 'b')`, `column is null`"


class Scope(Protocol):
    """The table whose columns and links a condition names. It tells what it does not know, and reading goes on."""

    def column(self, name: str, at: Position, today: bool) -> None:
        """A column is read; `today`: compared with a day."""

    def child(self, name: str, via: str | None, at: Position) -> tuple[tuple[str, str] | None, Scope]:
        """The child table and its link here (None: told), and the scope of the child."""

    def parent(self, name: str, at: Position) -> tuple[str | None, Scope]:
        """The link's own name (None: told), and the scope of the parent."""

    def exists(self, child: str, link: str, part: Expression, at: Position) -> None:
        """An `exists` has been read."""

    def of(self, link: str, part: Expression, at: Position) -> None:
        """An `of` has been read."""


def parse_expression(gather: Gather, scalar: Scalar, scope: Scope, what: str) -> Expression | None:
    """The condition that `scalar` says; None when it cannot be read. Unknown names are told by `scope`."""
    before = len(gather.faults)
    try:
        parser = _Parser(scalar, scope)
        found = parser.either(0)
        parser.reader.end("join conditions with `and` or `or`")
    except Slip as slip:
        gather.add(locate(scalar, slip.at), f"{what}: {slip.what}", slip.remedy)
        return None
    return found if len(gather.faults) == before else None


class _Parser:
    def __init__(self, scalar: Scalar, scope: Scope) -> None:
        self.scalar, self.scope = scalar, scope
        self.reader = Reader(scalar.text)
        self.terms = 0

    def place(self, token: Token) -> Position:
        return locate(self.scalar, token.at)

    def either(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise Slip(self.reader.now.at, f"more than {MAX_DEPTH} levels of parentheses", "write it flatter")
        parts = [self.both(depth)]
        while self.reader.accept("or"):
            parts.append(self.both(depth))
        flat = tuple(p for part in parts for p in (part.parts if isinstance(part, Or) else (part,)))
        return flat[0] if len(flat) == 1 else Or(flat)

    def both(self, depth: int) -> Expression:
        parts = [self.negated(depth)]
        while self.reader.accept("and"):
            parts.append(self.negated(depth))
        flat = tuple(p for part in parts for p in (part.parts if isinstance(part, And) else (part,)))
        return flat[0] if len(flat) == 1 else And(flat)

    def negated(self, depth: int) -> Expression:
        negations = 0
        while self.reader.accept("not"):
            negations += 1
        found = self.single(depth)
        return Not(found) if negations % 2 else found

    def single(self, depth: int) -> Expression:
        self.terms += 1
        now = self.reader.now
        if self.terms > MAX_TERMS:
            raise Slip(now.at, f"more than {MAX_TERMS} comparisons", "use `in (...)`, or divide the ground")
        if self.reader.accept("("):
            inner = self.either(depth + 1)
            self.reader.expect(")", "close the parenthesis")
            return inner
        call = self.reader.after.says("(")
        if now.says("exists") and call:
            return self.exists(depth)
        if now.says("of") and call:
            return self.of(depth)
        if now.says("true", "false"):
            return Const(self.reader.take().text.lower() == "true")
        if now.says(*_WORDS) or not now.is_name:
            raise Slip(now.at, f"a condition is expected here, not {now}", _lacking(now))
        return self.comparison()

    def exists(self, depth: int) -> Expression:
        start = self.reader.take()
        self.reader.take()
        name, via = self.child()
        found, inner = self.scope.child(name, via, self.place(start))
        part: Expression = Const(True)
        if self.reader.accept(","):
            part = self.inside(inner, depth)
        self.reader.expect(")", "write `exists(child)` or `exists(child, CONDITION)`")
        if found is None:
            return part
        self.scope.exists(*found, part, self.place(start))
        return Exists(*found, part)

    def child(self) -> tuple[str, str | None]:
        remedy = "write `exists(child, CONDITION)`"
        name = ".".join(t.text for t in self.reader.name("a table", remedy))
        via = None
        if self.reader.accept("via"):
            via = ".".join(t.text for t in self.reader.name("a link", "write `exists(child via link, CONDITION)`"))
        return name, via

    def of(self, depth: int) -> Expression:
        start = self.reader.take()
        self.reader.take()
        name = ".".join(t.text for t in self.reader.name("a link", "write `of(LINK, CONDITION)`"))
        link, inner = self.scope.parent(name, self.place(start))
        self.reader.expect(",", "write `of(LINK, CONDITION)`")
        part = self.inside(inner, depth)
        self.reader.expect(")", "write `of(LINK, CONDITION)`")
        if link is None:
            return part
        self.scope.of(link, part, self.place(start))
        return Of(link, part)

    def inside(self, scope: Scope, depth: int) -> Expression:
        """A condition on the rows of another table."""
        outside, self.scope = self.scope, scope
        try:
            return self.either(depth + 1)
        finally:
            self.scope = outside

    def comparison(self) -> Expression:
        tokens = self.reader.name("a column", _COMPARISONS)
        name = ".".join(t.text for t in tokens)
        at = self.place(tokens[0])
        if self.reader.now.says("(") and len(tokens) == 1:
            raise Slip(tokens[0].at, f"{quoted(name)} is no function of the language", "it has exists(...) and of(...)")
        found = self.compared(name)
        self.scope.column(name, at, isinstance(found, Compare) and isinstance(found.value, Today))
        return found

    def compared(self, name: str) -> Expression:
        reader = self.reader
        if reader.now.kind is Kind.SIGN and reader.now.text in _OPS:
            op = _OPS[reader.take().text]
            return Compare(name, op, self.literal())
        if reader.accept("in"):
            return OneOf(name, self.list())
        if reader.accept("is"):
            negative = reader.accept("not")
            reader.expect("null", "write `is null` or `is not null`; else compare with `=`")
            return Not(Null(name)) if negative else Null(name)
        now = reader.now
        if now.says("not") and reader.after.says("in", "like", "between"):
            what = f"`not {reader.after.text}` does not say what a missing value means"
            raise Slip(now.at, what, "write `not (column in (...))`, which is true where the column is NULL")
        if now.kind is Kind.WORD and now.text.lower() in _FOREIGN:
            raise Slip(now.at, f"{now} is no word of the language", _FOREIGN[now.text.lower()])
        return Compare(name, Op.EQ, True)

    def list(self) -> tuple[Literal, ...]:
        remedy = "write `in ('a', 'b')`"
        self.reader.expect("(", remedy)
        values = [self.listed()]
        while self.reader.accept(","):
            values.append(self.listed())
        if len(values) > MAX_LIST:
            raise Slip(self.reader.now.at, f"more than {MAX_LIST} values", "keep them in a table, and use `of(...)`")
        self.reader.expect(")", remedy)
        return tuple(values)

    def listed(self) -> Literal:
        at = self.reader.now.at
        value = self.literal()
        if isinstance(value, Today):
            raise Slip(at, "`today` stands in a list", "compare the column with it alone")
        return value

    def literal(self) -> Literal:
        reader = self.reader
        now = reader.now
        if now.kind is Kind.TEXT:
            return reader.take().text
        if now.says("true", "false"):
            return reader.take().text.lower() == "true"
        if now.says("today"):
            return self.today()
        if now.says("null"):
            raise Slip(now.at, "a comparison with NULL is never true", "write `is null` or `is not null`")
        negative = reader.accept("-")
        if reader.now.kind is Kind.NUMBER:
            return self.number(reader.take(), negative)
        remedy = "put a text in single quotes; two columns cannot be compared"
        raise Slip(now.at, f"a value is expected here, not {now}", remedy)

    def number(self, token: Token, negative: bool) -> int | Decimal:
        if len(token.text) > 30 or ("." not in token.text and int(token.text) > LARGEST):
            raise Slip(token.at, f"the number {quoted(token.text)} is too large", "no integer column holds it")
        value: int | Decimal = Decimal(token.text) if "." in token.text else int(token.text)
        return -value if negative else value

    def today(self) -> Today:
        start = self.reader.take()
        if not self.reader.now.says("+", "-"):
            return Today()
        back = self.reader.take().text == "-"
        words: list[str] = []
        while self.reader.now.kind in (Kind.NUMBER, Kind.WORD) and not self.reader.now.says("and", "or"):
            words.append(self.reader.take().text)
        try:
            period = parse_period(" ".join(words))
        except ValueError as error:
            raise Slip(start.at, f"`today`: {quoted(' '.join(words))} {error}", "write `today - 30 days`") from None
        if not period.is_calendar:
            raise Slip(start.at, "`today` is a day, and hours move no day", "count in days, weeks, months or years")
        return Today(period, back)


def _lacking(token: Token) -> str:
    if token.kind is Kind.TEXT:
        return "a text stands to the right: `column = 'x'`; names take double quotes"
    if token.kind is Kind.NUMBER:
        return "a number stands to the right: `column = 1`"
    return _COMPARISONS
