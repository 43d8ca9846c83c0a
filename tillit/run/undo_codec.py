"""Rows as bytes, exactly: column by column in msgpack, with the types that msgpack lacks as tagged columns.

Nothing in it is executed on reading, unlike pickle. A column of one type is converted as a whole, which is what
makes a column of times as fast as one of texts.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgpack

from tillit.model.errors import StoreError

Row = tuple[Any, ...]


class _Kind(NamedTuple):
    """How values of one type travel: `write` gives what msgpack knows, `read` takes it back. `code` never changes."""

    code: int
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _write_delta(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _read_delta(parts: list[int]) -> timedelta:
    return timedelta(*parts)


def _write_int(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _read_int(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


_TAGGED: dict[type, _Kind] = {
    Decimal: _Kind(1, str, Decimal),
    datetime: _Kind(2, datetime.isoformat, datetime.fromisoformat),
    date: _Kind(3, date.isoformat, date.fromisoformat),
    time: _Kind(4, time.isoformat, time.fromisoformat),
    timedelta: _Kind(5, _write_delta, _read_delta),
    UUID: _Kind(6, lambda value: value.bytes, lambda data: UUID(bytes=data)),
    int: _Kind(7, _write_int, _read_int),  # beyond 64 bits only
    tuple: _Kind(8, list, tuple),
    ipaddress.IPv4Address: _Kind(9, str, ipaddress.IPv4Address),
    ipaddress.IPv6Address: _Kind(10, str, ipaddress.IPv6Address),
    ipaddress.IPv4Interface: _Kind(11, str, ipaddress.IPv4Interface),
    ipaddress.IPv6Interface: _Kind(12, str, ipaddress.IPv6Interface),
    ipaddress.IPv4Network: _Kind(13, str, ipaddress.IPv4Network),
    ipaddress.IPv6Network: _Kind(14, str, ipaddress.IPv6Network),
}
_BY_CODE = {kind.code: kind for kind in _TAGGED.values()}
_WHOLE = {kind: how for kind, how in _TAGGED.items() if kind not in (int, tuple)}  # sent as whole tagged columns
_MIXED = 0  # the tag of a column sent as it is: native values, others tagged one by one
_NONE = type(None)
_PLAIN: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    bytes: bytes,
    bytearray: bytes,
    memoryview: bytes,
    int: int,
    float: float,
    dict: dict,
    list: list,
    tuple: tuple,
}
"""What stands for a subclass of these, and for the two kinds of buffer."""


def pack_rows(columns: int, rows: Sequence[Row]) -> bytes:
    """Rows of `columns` values each, as bytes. Raises StoreError for a type that would not come back the same.

    Keeps exactly: None, bool, int of any size, float (nan and infinities too), Decimal, str (unpaired surrogates too),
    bytes, date, time, datetime (an aware one by its offset, without fold), timedelta, UUID, IP addresses, and list,
    tuple and dict of these.
    """
    parts = [_pack_column(list(column)) for column in zip(*rows, strict=True)]
    if rows and len(parts) != columns:
        raise ValueError(f"a row has {len(parts)} values for {columns} columns")
    return pack([len(rows), parts])


def unpack_rows(data: bytes) -> list[Row]:
    """The rows that `pack_rows` packed."""
    count, parts = unpack(data)
    if not parts:
        return [()] * count
    return list(zip(*(_unpack_column(tag, values) for tag, values in parts), strict=True))


def pack(value: object) -> bytes:
    """One value as bytes; see `pack_rows` for what can be kept."""
    try:
        packed: bytes = msgpack.packb(value, default=_tag, strict_types=True, unicode_errors="surrogatepass")
    except (ValueError, OverflowError, RecursionError) as error:
        raise StoreError(
            "a value is too large or too deeply nested for the undo store", "run without undo for its table"
        ) from error
    return packed


def unpack(data: bytes) -> Any:
    """The value that `pack` packed."""
    return msgpack.unpackb(data, ext_hook=_untag, strict_map_key=False, unicode_errors="surrogatepass")


def _pack_column(values: list[Any]) -> tuple[int, list[Any]] | list[Any]:
    types = set(map(type, values))
    types.discard(_NONE)
    if len(types) != 1 or (how := _WHOLE.get(types.pop())) is None:
        return [_MIXED, values]
    return [how.code, [None if value is None else how.write(value) for value in values]]


def _unpack_column(tag: int, values: list[Any]) -> list[Any]:
    if tag == _MIXED:
        return values
    read = _BY_CODE[tag].read
    return [None if value is None else read(value) for value in values]


def _tag(value: Any) -> Any:
    """What msgpack calls for a value it does not know: a tagged one, or the plain form of a subclass."""
    kind = _TAGGED.get(type(value))
    if kind is not None:
        return msgpack.ExtType(kind.code, pack(kind.write(value)))
    for base in type(value).__mro__:
        if base in _PLAIN:
            return _PLAIN[base](value)
    raise StoreError(
        f"a value of type {type(value).__name__} cannot be kept for undo", "map the column as text, or run without undo"
    )


def _untag(code: int, data: bytes) -> Any:
    return _BY_CODE[code].read(unpack(data))
