"""What stands in a dead cell's place, in SQL: fills, and the coarser forms of dates and addresses."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql import first_days, leaves
from tillit.connectors.sql.leaves import Bool
from tillit.model.bound import Fill, FillKind
from tillit.model.mapping import Form
from tillit.model.plan import TableRule
from tillit.model.schema import ColumnInfo, Family, Schema

_TYPED = {Family.TEXT}  # families that take a text constant without a cast on PostgreSQL
_IPV4 = r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$"


class RawType(sa.types.UserDefinedType[Any]):
    """A column's type as the engine itself writes it."""

    cache_ok = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        return self.spec


_BY_FAMILY = {Family.NAIVE: "timestamp", Family.AWARE: "timestamptz", Family.DATE: "date", Family.BOOLEAN: "boolean"}


def own_type(info: ColumnInfo) -> RawType:
    """The column's type, for a cast on PostgreSQL."""
    return RawType(_BY_FAMILY.get(info.family, info.type))


def fill_value(schema: Schema, rule: TableRule, alias: FromClause, column: str) -> ColumnElement[Any]:
    """The replacement of a dead cell of `column`."""
    fill, info = rule.fills[column], schema.tables[rule.table].columns[column]
    match fill.kind:
        case FillKind.NULL:
            return sa.null()
        case FillKind.CONSTANT:
            return _constant(schema.engine, info, fill)
        case FillKind.PSEUDONYM:
            parts = [leaves.as_text(schema.engine, alias.c[k]) for k in rule.key]
            text: ColumnElement[Any] = sa.literal(str(fill.value or ""), sa.String()) + parts[0]
            for part in parts[1:]:
                text = text + sa.literal("-", sa.String()) + part
            return _cast(schema.engine, info, text)


def _constant(engine: str, info: ColumnInfo, fill: Fill) -> ColumnElement[Any]:
    value = fill.value
    if isinstance(value, bool) and not (engine == "postgresql" and info.family is Family.BOOLEAN):
        value = int(value)
    if isinstance(value, str):
        return _cast(engine, info, sa.literal(value, sa.String()))
    return sa.literal(value)


def _cast(engine: str, info: ColumnInfo, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL alone wants the type said, for everything that is not text."""
    if engine == "postgresql" and info.family not in _TYPED:
        return sa.cast(value, own_type(info))
    return value


def is_filled(schema: Schema, rule: TableRule, alias: FromClause, column: str) -> Bool:
    """The cell equals its replacement already (the cell is not NULL)."""
    fill, info = rule.fills[column], schema.tables[rule.table].columns[column]
    if fill.kind is FillKind.NULL:
        return sa.false()
    return same(schema.engine, info, alias.c[column], fill_value(schema, rule, alias, column))


def same(engine: str, info: ColumnInfo, left: ColumnElement[Any], right: ColumnElement[Any]) -> Bool:
    """Two values of one column are the same to the byte."""
    if info.family in (Family.INTEGER, Family.NUMBER, Family.BOOLEAN, Family.DATE, Family.NAIVE, Family.AWARE):
        return left == right
    if engine == "postgresql" and (info.family is not Family.TEXT or info.type == "citext"):
        return leaves.as_text(engine, left) == leaves.as_text(engine, right)
    if info.family is Family.BINARY:
        return left == right
    return leaves.text_equal(engine, left, right)


def coarse_value(schema: Schema, rule: TableRule, alias: FromClause, column: str, form: Form) -> ColumnElement[Any]:
    """The value of `column` in a coarser form; its replacement where it has none (a text that is no address)."""
    info = schema.tables[rule.table].columns[column]
    source = alias.c[column]
    otherwise = fill_value(schema, rule, alias, column)
    if form is Form.IP_PREFIX:
        return sa.func.coalesce(_prefix_of_address(schema.engine, info, source), otherwise)
    if schema.engine != "sqlite" and info.family is Family.AWARE:
        return first_days.of_instant(schema.engine, source, form, rule.zone)
    if schema.engine != "sqlite" and info.family in (Family.DATE, Family.NAIVE):
        return _first_day(schema.engine, info, source, form)
    return _first_day_of_text(schema.engine, source, form, otherwise)


def has_form(schema: Schema, rule: TableRule, alias: FromClause, column: str, form: Form) -> Bool:
    """The value tells a date or an address, so that it has a coarser form at all; never NULL."""
    info, source = schema.tables[rule.table].columns[column], alias.c[column]
    if form is Form.IP_PREFIX:
        return _prefix_of_address(schema.engine, info, source).is_not(None)
    if schema.engine != "sqlite" and info.family in (Family.DATE, Family.NAIVE, Family.AWARE):
        return source.is_not(None)
    return sa.func.coalesce(leaves.is_date_text(schema.engine, source, " T"), sa.false())


def _first_day(engine: str, info: ColumnInfo, source: ColumnElement[Any], form: Form) -> ColumnElement[Any]:
    if engine == "postgresql":
        unit = "year" if form is Form.YEAR else "month"
        return sa.cast(sa.func.date_trunc(unit, sa.cast(source, sa.DateTime())), own_type(info))
    pattern = "%Y-01-01" if form is Form.YEAR else "%Y-%m-01"
    return sa.cast(sa.func.date_format(source, pattern), sa.Date() if info.family is Family.DATE else sa.DateTime())


def _first_day_of_text(
    engine: str, source: ColumnElement[Any], form: Form, otherwise: ColumnElement[Any]
) -> ColumnElement[Any]:
    """'2024-05-06 10:00:00' becomes '2024-01-01 00:00:00': the text keeps its dress."""
    kept = 4 if form is Form.YEAR else 7
    tail = "-01-01" if form is Form.YEAR else "-01"
    day = sa.func.substr(source, 1, kept) + sa.literal(tail, sa.String())
    time = sa.case(
        (sa.func.length(source) > 10, sa.func.substr(source, 11, 1) + sa.literal("00:00:00", sa.String())),
        else_=sa.literal("", sa.String()),
    )
    looks = leaves.is_date_text(engine, source, " T")
    return sa.case((looks, day + time), else_=otherwise)


def _prefix_of_address(engine: str, info: ColumnInfo, source: ColumnElement[Any]) -> ColumnElement[Any]:
    """The /24 of an IPv4 address, the /48 of an IPv6 address, as text; NULL where the text is no address."""
    if engine == "sqlite":
        return sa.func.tillit_ip_prefix(source)
    if engine == "mariadb":
        packed = sa.func.inet6_aton(source)
        v6 = sa.func.inet6_ntoa(sa.func.concat(sa.func.substr(packed, 1, 6), sa.func.repeat(sa.func.char(0), 10)))
        v4 = sa.func.inet_ntoa(sa.func.inet_aton(source).op("&")(0xFFFFFF00))
        return sa.case((sa.func.is_ipv4(source) == 1, v4), (sa.func.is_ipv6(source) == 1, v6))
    return _prefix_on_postgresql(info, source)


def _prefix_on_postgresql(info: ColumnInfo, source: ColumnElement[Any]) -> ColumnElement[Any]:
    text: ColumnElement[Any] = sa.cast(source, sa.Text())
    if info.family is Family.INET:
        text = sa.func.host(source)
    octet = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
    v4 = text.op("~")(rf"^({octet}\.){{3}}{octet}$")
    group = "[0-9a-fA-F]{1,4}"
    short = "|".join(f"({group}:){{1,{7 - n}}}(:{group}){{1,{n}}}" if n else f"({group}:){{1,7}}:" for n in range(7))
    mixed = rf"(({group}:){{6}}|::([fF]{{4}}(:0{{1,4}})?:)?|({group}:){{1,4}}:)({octet}\.){{3}}{octet}"
    v6 = text.op("~")(rf"^(({group}:){{7}}{group}|{short}|:((:{group}){{1,7}}|:)|{mixed})$")
    net4 = sa.func.regexp_replace(text, r"\.[0-9]+$", ".0")
    net6 = sa.func.host(sa.func.network(sa.func.set_masklen(sa.cast(text, RawType("inet")), 48)))
    value = sa.case((v4, net4), (v6, net6))
    return sa.cast(value, RawType("inet")) if info.family is Family.INET else value


def is_coarse(schema: Schema, rule: TableRule, alias: FromClause, column: str, form: Form) -> Bool:
    """The cell is in its coarser form already (the cell is not NULL)."""
    info = schema.tables[rule.table].columns[column]
    value = coarse_value(schema, rule, alias, column, form)
    return sa.func.coalesce(same(schema.engine, info, alias.c[column], value), sa.false())
