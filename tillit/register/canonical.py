"""One text for one value: canonical JSON, and root keys as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from tillit.model.errors import RegisterError
from tillit.model.standing import Key


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and ASCII only. Raises TypeError or ValueError for what JSON cannot say."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def key_to_text(key: Key) -> str:
    """A root key as canonical text: equal keys give equal text, and `key_from_text` gives an equal key back.

    Parts may be int, str, bool, float, UUID, bytes, date, time, datetime (aware ones are told in UTC) or Decimal.
    Raises RegisterError for any other type, or an empty key.
    """
    if not key:
        raise RegisterError("a person without a key cannot be remembered", "give the table a `key:` in its map")
    return canonical([_part_to_json(part) for part in key])


def key_from_text(text: str) -> Key:
    """The key that `key_to_text` wrote."""
    return tuple(_part_from_json(part) for part in json.loads(text))


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise RegisterError("a key that is no finite number cannot be remembered", "map another key for this table")
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _float(value: float) -> object:
    if value != value or value in (float("inf"), float("-inf")):
        raise RegisterError("a key that is no finite number cannot be remembered", "map another key for this table")
    return value + 0.0  # -0.0 equals 0.0, so they are one key


def _str(value: str) -> object:
    try:
        value.encode()
    except UnicodeEncodeError:  # unpaired surrogates: JSON would pair them up
        return {"text": value.encode(errors="surrogatepass").hex()}
    return str.__str__(value)


def _text(digits: str) -> str:
    return bytes.fromhex(digits).decode(errors="surrogatepass")


def _datetime(value: datetime) -> str:
    return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat()


_WRITE: dict[type, tuple[str, Callable[..., object]]] = {
    int: ("", int),
    str: ("", _str),
    bool: ("", bool),
    float: ("", _float),
    UUID: ("uuid", str),
    bytes: ("bytes", bytes.hex),
    bytearray: ("bytes", bytearray.hex),
    memoryview: ("bytes", memoryview.hex),
    Decimal: ("decimal", _decimal),
    datetime: ("datetime", _datetime),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
}
_READ: dict[str, Callable[[str], object]] = {
    "text": _text,
    "uuid": UUID,
    "bytes": bytes.fromhex,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _part_to_json(part: object) -> object:
    for kind in type(part).__mro__:  # a subclass (an enum of the driver, say) is written as what it stands for
        if kind in _WRITE:
            name, write = _WRITE[kind]
            return {name: write(part)} if name else write(part)
    raise RegisterError(f"a key of type {type(part).__name__} cannot be remembered", "map another key for this table")


def _part_from_json(part: object) -> object:
    if isinstance(part, dict):
        ((name, text),) = part.items()
        return _READ[name](text)
    return part
