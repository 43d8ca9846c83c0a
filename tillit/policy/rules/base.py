"""What a rule of the linter is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from tillit.model.policy import Policy, Retention
from tillit.model.sections import Item
from tillit.model.source import Position
from tillit.policy.gather import quoted


class Severity(Enum):
    """How grave a finding is. ERROR: the law is not met, or the text contradicts itself."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Case:
    """What rules look at: a policy, on a day."""

    policy: Policy
    today: date

    @property
    def top(self) -> Position:
        """The beginning of the file, for what stands nowhere in it."""
        return Position(self.policy.controller.at.file, 1, 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """One place where a rule is broken. `remedy` only where it is another than the rule's."""

    at: Position
    what: str
    clause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `bad` and `good` are parts of a policy.yaml, laid over a policy without findings."""

    name: str
    severity: Severity
    article: str
    title: str
    why: str
    remedy: str
    look: Callable[[Case], Iterator[Seen]]
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where, under which clause, against which article, and how to mend it. No personal data."""

    at: Position
    severity: Severity
    rule: str
    clause: str
    article: str
    what: str
    remedy: str

    def __str__(self) -> str:
        clause = f" (clause {self.clause})" if self.clause else ""
        told = f"{self.at}: {self.severity.value}: {self.what}{clause} [{self.rule}]"
        return f"{told}\n    {self.remedy} ({self.article})"


def quote(name: str) -> str:
    """A name from the file, fit for one line: no control characters, and not too long."""
    return quoted(name)


def listed(names: tuple[str, ...] | list[str], most: int = 5) -> str:
    """Names for one line: the first few, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(quote(n) for n in names[:most]) + more


def periods(case: Case) -> Iterator[tuple[str, Retention, tuple[str, ...], tuple[str, ...], Position]]:
    """(purpose, period, data, people, place) of every period that is stated; no people means all of the purpose's."""
    for purpose in case.policy.purposes.values():
        if not purpose.stated:
            yield purpose.name, purpose.keep, purpose.data, purpose.people, purpose.place("keep")
        for stated in purpose.stated:
            yield purpose.name, stated.keep, stated.data or purpose.data, stated.people or purpose.people, stated.at


def kinds_of(case: Case, people: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of person that a list names; none means all."""
    return people or tuple(case.policy.people)


def covered(data: tuple[str, ...], leaf: str) -> bool:
    """True when one of `data` is the leaf or a parent of it."""
    return any(leaf == d or leaf.startswith(f"{d}.") for d in data)


def uses(case: Case) -> Iterator[tuple[str, Item, Mapping[str, tuple[str, ...]]]]:
    """(what it is, the entry, its purposes and data) of everything that uses data besides the purposes themselves."""
    policy = case.policy
    for source in policy.sources.values():
        if source.kind in ("third_party", "public_register"):
            yield "the source", source, {"purposes": source.purposes, "data": source.gives}
    for recipient in policy.recipients.values():
        yield "the recipient", recipient, {"purposes": recipient.purposes, "data": recipient.data}
    for combination in policy.combinations.values():
        yield "the combination", combination, {"purposes": combination.purposes, "data": combination.data}
    if policy.cookies is not None:
        for use in policy.cookies.uses.values():
            yield "the use of cookies", use, {"purposes": use.purposes, "data": use.data}
    if policy.marketing is not None:
        for channel in policy.marketing.channels.values():
            yield "the channel", channel, {"purposes": channel.purposes, "data": ()}
        for eligible in policy.marketing.eligible.values():
            yield "the way into marketing", eligible, {"purposes": eligible.purposes, "data": ()}
        for message in policy.marketing.messages.values():
            yield "the class of messages", message, {"purposes": message.purposes, "data": ()}
