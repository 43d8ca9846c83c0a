"""The leaves of a condition in SQL, each strictly two-valued on every engine (NULL never escapes).

What bit on each engine stands beside the form that answers it: collations, zero dates, infinities, odd texts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles

from tillit.model.conditions import After, Before, Compare, NotBefore, Value
from tillit.model.expression import Op
from tillit.model.mapping import Dress
from tillit.model.schema import ColumnInfo, Family, Schema

Bool = ColumnElement[bool]
_TEXTUAL = {Family.TEXT, Family.ENUM}
_NUMERIC = {Family.INTEGER, Family.NUMBER, Family.BOOLEAN}


def info_of(schema: Schema, table: str, column: str) -> ColumnInfo | None:
    """The catalogue's word on a column; None for Tillit's own temporary tables."""
    found = schema.tables.get(table)
    return found.columns.get(column) if found else None


def as_text(engine: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    """The value as text, without its collation's opinions about equality where the engine has them."""
    text: ColumnElement[str] = sa.cast(column, sa.Text() if engine == "postgresql" else sa.String())
    return text


def as_bytes(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """MariaDB: the UTF-8 bytes of a text. Its collations hold 'Ö' = 'o' and 'a ' = 'a' for equal."""
    return sa.cast(_ConvertUtf8(column), sa.LargeBinary())


class _ConvertUtf8(sa.sql.functions.GenericFunction[str]):
    """CONVERT(x USING utf8mb4)."""

    type = sa.String()
    inherit_cache = True
    name = "tillit_convert_utf8"


@compiles(_ConvertUtf8)
def _compile_convert(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CONVERT({compiler.process(element.clauses, **kw)} USING utf8mb4)"


def text_equal(engine: str, left: ColumnElement[Any], right: ColumnElement[Any]) -> Bool:
    """Two texts are the same bytes. The plain comparison stays in front so that an index can serve."""
    if engine == "mariadb":
        return sa.and_(left == right, as_bytes(left) == as_bytes(right))
    if engine == "sqlite":
        return sa.collate(left, "BINARY") == right
    return left == right


def compare(engine: str, column: ColumnElement[Any], info: ColumnInfo | None, leaf: Compare) -> Bool:
    """`column op constant`, false where the column is NULL."""
    value = leaf.value
    if isinstance(value, str):
        return sa.and_(column.is_not(None), _compare_text(engine, column, info, leaf.op, value))
    if isinstance(value, bool) and not (engine == "postgresql" and info is not None and info.family is Family.BOOLEAN):
        value = int(value)
    elif isinstance(value, int) and engine == "postgresql" and info is not None and info.family is Family.BOOLEAN:
        value = bool(value)
    return sa.and_(column.is_not(None), _apply(leaf.op, column, bound_value(engine, value)))


def _compare_text(engine: str, column: ColumnElement[Any], info: ColumnInfo | None, op: Op, value: str) -> Bool:
    literal = sa.literal(value, sa.String())
    if engine == "postgresql" and info is not None and (info.family is not Family.TEXT or info.type == "citext"):
        column = as_text(engine, column)
    if op in (Op.EQ, Op.NE):
        same = text_equal(engine, column, literal)
        return same if op is Op.EQ else sa.not_(same)
    if engine == "mariadb":
        return _apply(op, as_bytes(column), as_bytes(literal))
    return _apply(op, sa.collate(column, "C" if engine == "postgresql" else "BINARY"), literal)


def _apply(op: Op, left: ColumnElement[Any], right: ColumnElement[Any]) -> Bool:
    match op:
        case Op.EQ:
            return left == right
        case Op.NE:
            return left != right
        case Op.LT:
            return left < right
        case Op.LE:
            return left <= right
        case Op.GT:
            return left > right
        case Op.GE:
            return left >= right


def bound_value(engine: str, value: Value) -> ColumnElement[Any]:
    """A constant as a bound parameter in the form the driver takes."""
    if isinstance(value, datetime) and value.tzinfo is not None and engine != "postgresql":
        value = value.astimezone(UTC).replace(tzinfo=None)
    if engine == "sqlite" and isinstance(value, datetime):
        return sa.literal(value.isoformat(sep=" ", timespec="microseconds"), sa.String())
    return sa.literal(value)


def is_time(engine: str, column: ColumnElement[Any], dress: Dress) -> Bool:
    """The column holds a real moment: no zero date, no infinity, no odd text. NULL where the column is NULL."""
    match dress:
        case Dress.TEXT | Dress.TEXT_T:
            return is_date_text(engine, column, "T" if dress is Dress.TEXT_T else " ")
        case Dress.EPOCH_S | Dress.EPOCH_MS:
            return sa.func.typeof(column).in_(("integer", "real")) if engine == "sqlite" else column.is_not(None)
        case _ if engine == "postgresql":
            return sa.func.isfinite(column)
        case _:
            return column >= sa.literal("0001-01-01", sa.String())


_DAY = (
    r"([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])"
    r"|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"


def is_date_text(engine: str, column: ColumnElement[Any], separators: str) -> Bool:
    """The text is a real calendar date, alone or followed by a separator and a time of day; year 1 or later."""
    later = column >= sa.literal("0001", sa.String())
    if engine == "sqlite":
        return sa.and_(_is_date_on_sqlite(column, separators), later)
    pattern = f"^{_DAY}([{separators}]{_TIME})?$"
    return sa.and_(column.op("~" if engine == "postgresql" else "REGEXP")(sa.literal(pattern, sa.String())), later)


def _is_date_on_sqlite(column: ColumnElement[Any], separators: str) -> Bool:
    """A date of ten characters, or one with a time of nineteen and perhaps a fraction; what is cheap is asked first.

    `date()` reads further forms, but none of these lengths with a colon in the seventeenth place.
    """
    length = sa.func.length(column)
    timed = sa.and_(sa.func.substr(column, 11, 1).in_(list(separators)), sa.func.substr(column, 17, 1) == ":")
    fraction = sa.and_(sa.func.substr(column, 20, 1) == ".", sa.not_(sa.func.substr(column, 21).op("GLOB")("*[^0-9]*")))
    shaped = sa.case(
        (length == 19, timed), (length == 10, sa.true()), else_=sa.and_(length.between(21, 26), timed, fraction)
    )
    real = sa.func.coalesce(sa.func.date(column, "+0 days") == sa.func.substr(column, 1, 10), sa.false())
    return sa.and_(sa.func.typeof(column) == "text", shaped, real)


def time_leaf(engine: str, column: ColumnElement[Any], leaf: Before | NotBefore | After) -> Bool:
    """`Before`, `NotBefore` and `After`: false where the time is missing."""
    left = time_text(engine, column) if leaf.dress in (Dress.TEXT, Dress.TEXT_T) else column
    cutoff = leaf.cutoff
    if isinstance(leaf, After) and isinstance(cutoff, str):
        cutoff = _to_the_end(cutoff, leaf.dress)
    ordered = _ordered(engine, left, leaf, cutoff)
    if leaf.bare is not None:
        ordered = sa.case((sa.func.length(column) == 10, _ordered(engine, left, leaf, leaf.bare)), else_=ordered)
    return sa.and_(column.is_not(None), ordered, is_time(engine, column, leaf.dress))


def _to_the_end(moment: str, dress: Dress) -> str:
    """The moment with a fraction of zero: the same moment written shorter, or with fewer zeros, is not after it."""
    if len(moment) == 10:
        moment = f"{moment}{'T' if dress is Dress.TEXT_T else ' '}00:00:00"
    return moment if "." in moment else f"{moment}.000000"


def _ordered(engine: str, left: ColumnElement[Any], leaf: Before | NotBefore | After, value: Value) -> Bool:
    right = bound_value(engine, value)
    match leaf:
        case Before():
            return left < right
        case NotBefore():
            return left >= right
        case After():
            return left > right


def time_text(engine: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A time written as text, ordered by its bytes."""
    if engine == "mariadb":
        return as_bytes(column)
    return sa.collate(column, "C" if engine == "postgresql" else "BINARY")


def normal_text(engine: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Trimmed of spaces and lower-cased by Unicode, as bytes that compare without a collation."""
    if engine == "sqlite":
        return sa.func.tillit_normal(column)
    if engine == "mariadb":
        return sa.cast(sa.func.lower(_ConvertUtf8(sa.func.trim(column))), sa.LargeBinary())
    lowered = sa.func.lower(sa.collate(sa.func.btrim(sa.cast(column, sa.Text()), " "), "und-x-icu"))
    return sa.collate(lowered, "C")


def key_equal(
    engine: str, left: tuple[ColumnElement[Any], ColumnInfo | None], right: tuple[ColumnElement[Any], ColumnInfo | None]
) -> Bool:
    """Two key columns are equal as the engine compares keys; of different families, as text byte for byte."""
    (a, a_info), (b, b_info) = left, right
    if a_info is None or b_info is None or same_family(a_info.family, b_info.family):
        return a == b
    return text_equal(engine, as_text(engine, a), as_text(engine, b))


def same_family(a: Family, b: Family) -> bool:
    """Values of the two compare without a cast."""
    return a is b or {a, b} <= _TEXTUAL or {a, b} <= _NUMERIC
