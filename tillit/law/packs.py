"""The data of the law packs, read once: statutes, limits, mechanisms, refusals, adequacy, authorities."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from typing import Any

from tillit.model.period import Period

PACKS = ("eu", "se")


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: months, or hours. `sure` says how well the number is known."""

    name: str
    months: int
    hours: int
    article: str
    source: str
    sure: str


@dataclass(frozen=True, slots=True)
class Statute:
    """A law that a policy may name as `se/bokforingslagen-7-2`.

    `period` None: it gives no time. `to_year_end`: the start is moved to the end of its calendar year. `claim`: the
    time is one in which claims can be made, not one for which data must be kept.
    """

    key: str
    title: str
    article: str
    source: str
    sure: str
    period: Period | None = None
    to_year_end: bool = False
    after: str = ""
    claim: bool = False


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What makes a transfer lawful. `only`: the one country it is for; `copy`: people may get one (Art. 13(1)(f))."""

    name: str
    article: str
    dpv: str
    only: str = ""
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ground on which a right may be refused, with the rights it is for. `dpv` is empty where there is no term."""

    name: str
    article: str
    rights: tuple[str, ...]
    dpv: str
    says: str


@dataclass(frozen=True, slots=True)
class Adequacy:
    """A decision that a country protects personal data well enough (Art. 45). `until` None: no end is set."""

    country: str
    name: str
    since: date
    until: date | None
    scope: str
    decision: str
    sure: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A supervisory authority (Art. 51)."""

    key: str
    country: str
    name: str
    website: str
    source: str


@lru_cache(maxsize=1)
def _packs() -> Mapping[str, Mapping[str, Any]]:
    folder = files("tillit.law").joinpath("data")
    return {name: tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")) for name in PACKS}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("tillit.law").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(text)))


def stated() -> date:
    """The day the oldest pack was true of."""
    days: list[date] = [pack["stated"] for pack in _packs().values()]
    return min(days)


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Limit]:
    """The time limits: answer, extension, inform, breach."""
    return {
        name: Limit(name, data.get("months", 0), data.get("hours", 0), data["article"], data["source"], data["sure"])
        for name, data in _packs()["eu"]["limits"].items()
    }


@lru_cache(maxsize=1)
def statutes() -> Mapping[str, Statute]:
    """Every statute that a policy may name."""
    return {key: _statute(key, data) for pack in _packs().values() for key, data in pack["statutes"].items()}


def _statute(key: str, data: Mapping[str, Any]) -> Statute:
    return Statute(
        key=key,
        title=data["title"],
        article=data["article"],
        source=data["source"],
        sure=data["sure"],
        period=Period(years=data["years"]) if "years" in data else None,
        to_year_end=data.get("round") == "end of the calendar year",
        after=data.get("after", ""),
        claim=data.get("claim", False),
    )


@lru_cache(maxsize=1)
def mechanisms() -> Mapping[str, Mechanism]:
    """What can make a transfer to a third country lawful."""
    return {name: Mechanism(name, **data) for name, data in _packs()["eu"]["mechanisms"].items()}


@lru_cache(maxsize=1)
def refusals() -> Mapping[str, Refusal]:
    """The grounds on which rights may be refused."""
    return {
        name: Refusal(name, data["article"], tuple(data["rights"]), data["dpv"], data["says"])
        for name, data in _packs()["eu"]["refusals"].items()
    }


@lru_cache(maxsize=1)
def adequacy_list() -> Mapping[str, Adequacy]:
    """Country -> the decision about it."""
    return {
        row["country"]: Adequacy(
            row["country"],
            row["name"],
            date.fromisoformat(row["since"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
            row["scope"],
            row["decision"],
            row["sure"],
        )
        for row in _rows("adequacy.csv")
    }


@lru_cache(maxsize=1)
def authorities() -> Mapping[str, Authority]:
    """Supervisory authorities by their key, such as se/imy."""
    return {row["key"]: Authority(**row) for row in _rows("authorities.csv")}


@lru_cache(maxsize=1)
def eea() -> frozenset[str]:
    """The countries of the European Economic Area."""
    return frozenset(_packs()["eu"]["eea"]["countries"])
