"""Facts that several rules, or one rule at length, read from a policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from tillit.law.deadlines import add_months
from tillit.model.policy import Basis, Period, Policy
from tillit.model.sections import Information, Item
from tillit.policy.rules.base import Case, covered

# What people are told of each right (Art. 15 to 21 GDPR).
WHOLE: dict[str, tuple[str, ...]] = {
    "access": (
        "copy", "purposes", "categories", "recipients", "period", "rights", "complaint", "source",
        "automated_decisions", "safeguards",
    ),
    "rectification": ("incomplete", "inaccurate"),
    "erasure": ("no_longer_needed", "consent_withdrawn", "objection_upheld", "unlawful", "legal_duty"),
    "restriction": ("accuracy_contested", "unlawful", "legal_claims", "objection_pending", "told_before_lifting"),
    "recipients_told": ("recipients_named",),
    "portability": ("provided_by_person", "consent_or_contract", "automated", "direct_transfer", "where_feasible"),
    "objection": ("particular_situation",),
    "objection_to_marketing": ("profiling",),
    "withdrawal": ("as_easy_as_giving",),
}  # fmt: skip


def said_of(policy: Policy, category: str) -> Iterator[Information]:
    """What is said of a category: of itself, then of its parent."""
    yield policy.information[category]
    parent = category.rpartition(".")[0]
    if parent in policy.information:
        yield policy.information[parent]


def clause_of(case: Case, information: Information) -> str:
    """The clause of a part: its own, else that of its type."""
    return next((i.clause for i in said_of(case.policy, information.name) if i.clause), "")


def obtained(case: Case, leaf: str) -> tuple[str, ...]:
    """How a part is obtained; what its type says where it says nothing itself."""
    return next((i.obtained for i in said_of(case.policy, leaf) if i.obtained), ())


def only_when(case: Case, leaf: str) -> str:
    """The condition on which a part is used."""
    return next((i.only_when for i in said_of(case.policy, leaf) if i.only_when), "")


def is_special(case: Case, leaf: str) -> bool:
    """True for special categories (Art. 9(1) GDPR)."""
    return any(i.special_category for i in said_of(case.policy, leaf))


def holders(case: Case, name: str) -> list[str]:
    """Who holds a category about people: purposes, sources, recipients, uses of cookies."""
    policy = case.policy
    leaves = policy.leaves((name,))
    found = [p.name for p in policy.purposes.values() if any(covered(p.data, leaf) for leaf in leaves)]
    found += [s.name for s in policy.sources.values() if any(covered(s.gives, leaf) for leaf in leaves)]
    found += [r.name for r in policy.recipients.values() if any(covered(r.data, leaf) for leaf in leaves)]
    if policy.cookies is not None:
        found += [u.name for u in policy.cookies.uses.values() if any(covered(u.data, leaf) for leaf in leaves)]
    return found


def is_idle(case: Case, name: str) -> bool:
    """True when no purpose holds any part of a category. `unknown` data is no use: it is a finding of its own."""
    leaves = case.policy.leaves((name,))
    return not any(covered(p.data, leaf) for p in case.policy.purposes.values() for leaf in leaves)


def consent_somewhere(case: Case) -> bool:
    """True when something in the policy rests on consent, or supposes it."""
    policy = case.policy
    if any(p.basis is Basis.CONSENT or Basis.CONSENT.value in dict(p.bases) for p in policy.purposes.values()):
        return True
    if any(i.only_when in ("consent", "privacy_setting") for i in policy.information.values()):
        return True
    portability = policy.rights.offered.get("portability") if policy.rights is not None else None
    return portability is not None and "consent_or_contract" in portability.includes


def reviews(case: Case) -> Iterator[tuple[Item, date | None, Period | None]]:
    """(entry, last time, how often) of everything that is looked at again and again."""
    policy = case.policy
    for recipient in policy.recipients.values():
        yield recipient, recipient.reviewed, recipient.review_every
    for measure in policy.security.values():
        yield measure, measure.reviewed, measure.review_every
    for transfer in policy.transfers.values():
        yield transfer, transfer.assessed, transfer.assess_every
    for purpose in policy.purposes.values():
        if purpose.balancing is not None:
            yield purpose.balancing, purpose.balancing.made, purpose.balancing.review_every


def later(day: date, period: Period) -> date:
    """The day when a period of days or longer has passed."""
    moved = add_months(day, 12 * period.years + period.months)
    return moved + timedelta(weeks=period.weeks, days=period.days, hours=period.hours)


def used_clauses(policy: Policy) -> frozenset[str]:
    """The clauses that something in the file names as its own."""
    found = {policy.controller.clause}
    waiting: list[Any] = [getattr(policy, f.name) for f in fields(policy) if f.name != "clauses"]
    while waiting:
        value = waiting.pop()
        if hasattr(value, "values"):
            waiting += list(value.values())
        elif hasattr(value, "clause"):
            found.add(value.clause)
            names = (name for name in type(value).__dataclass_fields__ if name not in ("at", "places"))
            inner = [getattr(value, name) for name in names]
            waiting += [v for v in inner if hasattr(v, "clause") or hasattr(v, "values")]
    return frozenset(found)


def section_items(policy: Policy) -> list[Item]:
    """The entries of all sections but the types of information: each stands behind a clause."""
    named = (policy.sources, policy.recipients, policy.storage, policy.transfers, policy.security, policy.never)
    found: list[Item] = [item for section in named for item in section.values()]
    found += policy.combinations.values()
    single = (
        policy.rights, policy.marketing, policy.cookies, policy.automated_decisions, policy.providing, policy.links,
        policy.complaint, policy.breaches, policy.contact, policy.notice,
    )  # fmt: skip
    found += [item for item in single if item is not None]
    if policy.rights is not None:
        found += policy.rights.offered.values()
    if policy.cookies is not None:
        found += policy.cookies.uses.values()
    if policy.marketing is not None:
        inner = (policy.marketing.channels, policy.marketing.eligible, policy.marketing.messages)
        found += [item for section in inner for item in section.values()]
        found += [item for item in (policy.marketing.unresponsive, policy.marketing.segments) if item is not None]
    return found
