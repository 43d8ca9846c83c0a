"""The policy: what a company promises about personal data. No table names here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tillit.model.source import NOWHERE, Position


class Basis(Enum):
    """Lawful basis (Art. 6(1) GDPR)."""

    CONSENT = "consent"  # 6(1)(a)
    CONTRACT = "contract"  # 6(1)(b)
    LEGAL_OBLIGATION = "legal_obligation"  # 6(1)(c)
    VITAL_INTERESTS = "vital_interests"  # 6(1)(d)
    PUBLIC_TASK = "public_task"  # 6(1)(e)
    LEGITIMATE_INTERESTS = "legitimate_interests"  # 6(1)(f)
    UNKNOWN = "unknown"  # legal to write; the linter reports it


class Event(Enum):
    """What may end a purpose for a person (docs/reference/semantics.md, "Standing")."""

    GOODBYE = "goodbye"
    REQUEST = "request"  # a request for erasure (Art. 17)
    OPT_OUT = "opt-out"  # objection to direct marketing (Art. 21(2)), unsubscribing
    WITHDRAWAL = "withdrawal"  # of consent (Art. 7(3))


class Rounding(Enum):
    """How the start of a storage period is moved to the end of a calendar unit before counting."""

    NONE = "none"
    MONTH = "end of the calendar month"
    QUARTER = "end of the calendar quarter"
    YEAR = "end of the calendar year"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time. Calendar units are counted on local dates, hours on the instant."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0

    @property
    def is_calendar(self) -> bool:
        """True when the period counts whole days: it then ends with the local day."""
        return self.hours == 0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a purpose keeps a value (Art. 5(1)(e)).

    `period` None means no fixed period: the value is kept until an event in `until` ends the purpose.
    `unknown` True means the policy does not say: nothing ever dies by time under it, and the linter reports it.
    """

    period: Period | None = None
    rounding: Rounding = Rounding.NONE
    event: str | None = None  # the declared event the period starts from, bound to a column by the map
    until: frozenset[Event] = frozenset()
    tolerance: Period | None = None  # how late a sweep may be before `check` calls it broken
    unknown: bool = False
    text: str = ""  # as written


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of processing (Art. 5(1)(b))."""

    name: str
    title: str
    clause: str
    basis: Basis
    data: tuple[str, ...]  # categories, dotted; a parent covers its parts
    keep: Retention
    basis_reference: str = ""  # the statute of a legal obligation, or the interest pursued
    direct_marketing: bool = False
    overrides_erasure: str = ""  # coded reason why a legitimate interest outlasts a request (Art. 17(1)(c))
    people: tuple[str, ...] = ()  # kinds of person; empty = all
    at: Position = field(default=NOWHERE, compare=False)

    def covers(self, category: str) -> bool:
        """True when the policy lets this purpose hold values of `category`.

        Data said to be `unknown` covers everything: what the policy does not say never deletes.
        """
        return "unknown" in self.data or any(category == d or category.startswith(d + ".") for d in self.data)


@dataclass(frozen=True, slots=True)
class PersonKind:
    """A kind of data subject, such as customer or applicant."""

    name: str
    title: str
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible (Art. 4(7)). `timezone` is an IANA name; storage periods end with its days."""

    name: str
    country: str
    timezone: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered passage of the published policy."""

    number: str
    title: str
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy file. `categories` maps a dotted category to its title; `events` a declared event to its title."""

    controller: Controller
    people: Mapping[str, PersonKind]
    categories: Mapping[str, str]
    purposes: Mapping[str, Purpose]
    clauses: Mapping[str, Clause]
    events: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""  # SHA-256 of the canonical form; receipts and evidence carry it
