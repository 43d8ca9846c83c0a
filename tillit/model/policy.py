"""The policy: what a company promises about personal data. No table names here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tillit.model.period import Period as Period
from tillit.model.sections import (
    AutomatedDecisions,
    Balancing,
    Breaches,
    Combination,
    Complaint,
    Contact,
    Cookies,
    Information,
    Links,
    Marketing,
    Measure,
    Never,
    Notice,
    Place,
    Providing,
    Recipient,
    Rights,
    Source,
    Transfer,
)
from tillit.model.source import NOWHERE, Position

LATER: Mapping[str, bool] = {"later": True}
"""Marks a field that the language got later: digests leave it out while it has its default."""


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
class Stated:
    """One of several periods that a text gives for one purpose: for some data, or for some kinds of person."""

    keep: Retention
    data: tuple[str, ...] = ()  # empty: all of the purpose's data
    people: tuple[str, ...] = ()  # empty: everybody the purpose is about
    at: Position = field(default=NOWHERE, compare=False)


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
    bases: tuple[tuple[str, str], ...] = field(
        default=(), metadata=LATER
    )  # as many as are named; more than one: unknown
    stated: tuple[Stated, ...] = field(default=(), metadata=LATER)  # where `keep` is a list; `keep` is then unknown
    activities: tuple[str, ...] = field(default=(), metadata=LATER)
    personal: bool | None = field(default=None, metadata=LATER)  # False: said to be no personal data
    special_condition: str = field(default="", metadata=LATER)  # the condition of Art. 9(2), such as explicit_consent
    forms: Mapping[str, str] = field(
        default_factory=dict, metadata=LATER
    )  # category -> the coarsest form that is enough
    provided: str = field(default="", metadata=LATER)  # voluntary, contractual, statutory (Art. 13(2)(e))
    consequence: str = field(default="", metadata=LATER)  # of not giving the data
    balancing: Balancing | None = field(default=None, metadata=LATER)
    dpv: tuple[str, ...] = field(default=(), metadata=LATER)
    places: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    at: Position = field(default=NOWHERE, compare=False)

    def place(self, word: str) -> Position:
        """Where the key word stands, else the purpose."""
        return self.places.get(word, self.at)

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
    means: str = field(default="", metadata=LATER)  # who belongs to it, so that it can be tested
    party_to_contract: bool | None = field(default=None, metadata=LATER)  # they themselves, not only their company
    inactive_after: Period | None = field(default=None, metadata=LATER)  # silence after which it counts as a goodbye
    leaves_by: tuple[str, ...] = field(default=(), metadata=LATER)  # how they say goodbye


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible (Art. 4(7)). `timezone` is an IANA name; storage periods end with its days."""

    name: str
    country: str
    timezone: str
    contact: str = ""
    organisation_number: str = field(default="", metadata=LATER)
    address: str = field(default="", metadata=LATER)
    website: str = field(default="", metadata=LATER)
    clause: str = field(default="", metadata=LATER)
    at: Position = field(default=NOWHERE, compare=False)


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
    information: Mapping[str, Information] = field(default_factory=dict, metadata=LATER)  # by dotted category
    sources: Mapping[str, Source] = field(default_factory=dict, metadata=LATER)
    recipients: Mapping[str, Recipient] = field(default_factory=dict, metadata=LATER)
    storage: Mapping[str, Place] = field(default_factory=dict, metadata=LATER)
    transfers: Mapping[str, Transfer] = field(default_factory=dict, metadata=LATER)
    security: Mapping[str, Measure] = field(default_factory=dict, metadata=LATER)
    never: Mapping[str, Never] = field(default_factory=dict, metadata=LATER)
    combinations: Mapping[str, Combination] = field(default_factory=dict, metadata=LATER)
    rights: Rights | None = field(default=None, metadata=LATER)
    marketing: Marketing | None = field(default=None, metadata=LATER)
    cookies: Cookies | None = field(default=None, metadata=LATER)
    automated_decisions: AutomatedDecisions | None = field(default=None, metadata=LATER)
    providing: Providing | None = field(default=None, metadata=LATER)
    links: Links | None = field(default=None, metadata=LATER)
    complaint: Complaint | None = field(default=None, metadata=LATER)
    breaches: Breaches | None = field(default=None, metadata=LATER)
    contact: Contact | None = field(default=None, metadata=LATER)
    notice: Notice | None = field(default=None, metadata=LATER)
    digest: str = ""  # SHA-256 of the canonical form; receipts and evidence carry it

    def leaves(self, categories: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The categories that are no parent of others: all, or those that `categories` cover."""
        parents = {name.rpartition(".")[0] for name in self.categories}
        return tuple(
            name
            for name in self.categories
            if name not in parents
            and (categories is None or name in categories or name.rpartition(".")[0] in categories)
        )
