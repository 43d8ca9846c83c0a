"""Empty values and key widths, engine by engine."""

from __future__ import annotations

import re

from tillit.decide.bind_context import Binding
from tillit.model.mapping import Table
from tillit.model.schema import ColumnInfo, Family

Value = str | int | bool | bytes

_EMPTY: dict[Family, Value] = {
    Family.TEXT: "",
    Family.INTEGER: 0,
    Family.NUMBER: 0,
    Family.BOOLEAN: False,
    Family.DATE: "1970-01-01",
    Family.NAIVE: "1970-01-01 00:00:00",
    Family.TIME: "00:00:00",
    Family.JSON: "{}",
    Family.UUID: "00000000-0000-0000-0000-000000000000",
    Family.ARRAY: "{}",
}
_EMPTY_OF_TYPE: dict[str, Value] = {"tsvector": "", "hstore": "", "interval": "00:00:00", "": ""}

# The longest number each integer type can hold, sign included.
_DIGITS = {
    "tinyint": 4,
    "smallint": 6,
    "mediumint": 8,
    "int": 11,
    "integer": 11,
    "bigint": 20,
    "tinyint unsigned": 3,
    "smallint unsigned": 5,
    "mediumint unsigned": 8,
    "int unsigned": 10,
    "bigint unsigned": 20,
    "year": 4,
    "oid": 10,
}


def empty_value(engine: str, info: ColumnInfo) -> Value | None:
    """A value of the column's type that tells nothing; None where the type has none."""
    if info.family is Family.ENUM:
        return info.values[0] if info.values else None
    if info.family is Family.AWARE:
        # MariaDB's TIMESTAMP begins one second after the epoch and takes no zone; the session is in UTC.
        return "1970-01-01 00:00:01" if engine == "mariadb" else "1970-01-01 00:00:00+00:00"
    if info.family is Family.INET:
        return "::" if info.type == "inet6" else "0.0.0.0"  # noqa: S104 - an empty value, nothing listens here
    if info.family is Family.BINARY:
        return b"\0" * _fixed_binary(info.type)
    if info.family is Family.OTHER:
        return _EMPTY_OF_TYPE.get(info.type.lower(), "" if engine == "sqlite" else None)
    return _EMPTY.get(info.family)


def _fixed_binary(declared: str) -> int:
    """MariaDB pads BINARY(n) with zero bytes: an unpadded empty value would never equal what is stored."""
    fixed = re.fullmatch(r"binary\((\d+)\)", declared)
    return int(fixed[1]) if fixed else 0


def key_width(binding: Binding, table: Table) -> int | None:
    """Characters of the longest key the key's types can hold, parts joined by '-'; None when there is no limit."""
    total = len(table.key) - 1
    for name in table.key:
        info = binding.look(table.name, name)
        width = _width(binding.schema.engine, info) if info else None
        if width is None:
            return None
        total += width
    return total


def _width(engine: str, info: ColumnInfo) -> int | None:
    match info.family:
        case Family.INTEGER | Family.BOOLEAN:
            if engine == "sqlite":
                return 20
            return _DIGITS.get(" ".join(re.sub(r"\(\d+\)| zerofill", "", info.type.lower()).split()))
        case Family.UUID:
            return 36
        case Family.DATE:
            return 10
        case Family.TEXT | Family.ENUM:
            return max(map(len, info.values), default=info.length)
        case _:
            return None
