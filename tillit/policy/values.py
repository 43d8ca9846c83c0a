"""Values of the kinds that read alike wherever they stand. `unknown` gives the empty value of the kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from tillit.model.mapping import UNKNOWN
from tillit.model.source import Position
from tillit.policy import key_words
from tillit.policy.fields import Fields, as_choice, as_scalar, as_texts, wrong
from tillit.policy.gather import Gather, quoted
from tillit.policy.key_words import Kind
from tillit.policy.periods import REMEDY, parse_period
from tillit.policy.source import Node, Scalar, Sequence

Known = Mapping[str, Collection[str] | None]
"""Section -> the names declared there; None when they could not all be read: nothing is then blamed for its names."""

_EMPTY: Mapping[str, Any] = {"text": "", "choice": "", "name": ""}
_LISTS = ("texts", "countries", "choices", "names")
_COUNTRY = re.compile(key_words.COUNTRY_OR_EEA)
_DPV = re.compile(key_words.DPV)


def read_kinds(gather: Gather, fields: Fields, known: Known) -> dict[str, Any]:
    """Key word -> value of every word of the mapping's shape that has a kind."""
    return {word: _value(gather, fields, word, key.kind, known) for word, key in fields.shape.items() if key.kind}


def places(fields: Fields) -> dict[str, Position]:
    """Where each key word of the mapping stands."""
    return {word: key.at for word, key in fields.keys.items()}


def empty(kind: Kind) -> Any:
    """The value of what is not said."""
    return () if kind.reads in _LISTS else _EMPTY.get(kind.reads)


def _value(gather: Gather, fields: Fields, word: str, kind: Kind, known: Known) -> Any:
    node = fields.node(word)
    if node is None or (isinstance(node, Scalar) and node.text == UNKNOWN):
        return empty(kind)
    if kind.reads in _LISTS:
        return _several(gather, node, f"`{word}`", kind, known)
    if kind.reads == "flag":
        return _flag(gather, node, f"`{word}`")
    if kind.reads == "choice":
        return as_choice(gather, node, f"`{word}`", kind.words) or ""
    scalar = as_scalar(gather, node, f"`{word}`", _WANTED.get(kind.reads, "a text"))
    return empty(kind) if scalar is None else _single(gather, scalar, f"`{word}`", kind, known)


def read_names(gather: Gather, fields: Fields, word: str, section: str, known: Known) -> tuple[str, ...]:
    """The names of one section that a key word without a kind holds."""
    value: tuple[str, ...] = _value(gather, fields, word, Kind("names", of=section), known)
    return value


_WANTED = {
    "number": "a whole number",
    "date": "a day, such as 2026-01-31",
    "period": "a period such as `3 weeks`",
}


def _single(gather: Gather, scalar: Scalar, what: str, kind: Kind, known: Known) -> Any:
    match kind.reads:
        case "number":
            if isinstance(scalar.value, int) and scalar.value > 0:
                return scalar.value
            gather.add(scalar.at, f"{what}: {quoted(scalar.text)} is no whole number", "write a number from 1")
        case "date":
            try:
                return date.fromisoformat(scalar.text)
            except ValueError:
                gather.add(scalar.at, f"{what}: {quoted(scalar.text)} is no day", "write it as 2026-01-31")
        case "period":
            try:
                return parse_period(scalar.text)
            except ValueError as error:
                gather.add(scalar.at, f"{what}: {quoted(scalar.text)} {error}", REMEDY)
        case "name":
            _named(gather, scalar, kind, known)
            return scalar.text
        case _:
            return scalar.text
    return None


def _several(gather: Gather, node: Node, what: str, kind: Kind, known: Known) -> tuple[str, ...]:
    if isinstance(node, Sequence) and not node.items:
        return ()
    found = []
    for scalar in as_texts(gather, node, what):
        match kind.reads:
            case "names":
                _named(gather, scalar, kind, known)
            case "choices" if scalar.text not in kind.words:
                gather.unknown(scalar.at, f"word for {what}", scalar.text, kind.words)
            case "countries" if not _COUNTRY.match(scalar.text):
                remedy = "write two capital letters (ISO 3166-1), such as SE, or EEA"
                gather.add(scalar.at, f"{quoted(scalar.text)} is no country code", remedy)
            case "texts" if kind.of == "dpv" and not _DPV.match(scalar.text):
                gather.add(
                    scalar.at, f"{quoted(scalar.text)} is no term", "write it as pd:EmailAddress or dpv:Marketing"
                )
        if scalar.text != UNKNOWN:
            found.append(scalar.text)
    return tuple(found)


def _named(gather: Gather, scalar: Scalar, kind: Kind, known: Known) -> None:
    """A name must be declared in its section, or be one of the kind's own words."""
    names = known.get(kind.of)
    if names is not None and scalar.text not in names and scalar.text not in (*kind.words, UNKNOWN):
        section = SINGULAR[kind.of]
        gather.unknown(scalar.at, section, scalar.text, [*names, *kind.words], f"declare it under `{kind.of}:`")


SINGULAR = {
    "purposes": "purpose",
    "information": "type of information",
    "people": "kind of person",
    "sources": "source",
    "recipients": "recipient",
    "storage": "place of storage",
    "transfers": "transfer",
    "clauses": "clause",
    "uses": "use of cookies",
}


def _flag(gather: Gather, node: Node, what: str) -> bool | None:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    wrong(gather, node, what, "true, false or unknown")
    return None
