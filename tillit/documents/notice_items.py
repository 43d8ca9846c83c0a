"""Articles 13 and 14 GDPR: where in the notice each item stands, and what the policy says nothing of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tillit.documents.notice_blocks import Entry, Grid, Inline, Link, Para, Section
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import anchor
from tillit.documents.notice_words import bases
from tillit.law.transfers import is_third_country
from tillit.model.policy import Policy, Purpose


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `at`: anchors where it stands; `none`: the sentence that says why it does not apply."""

    key: str
    article: str
    at: tuple[tuple[str, str], ...] = ()  # (anchor, title)
    none: str = ""


def items(policy: Policy) -> tuple[Item, ...]:
    """Every item of Art. 13(1), 13(2), 14(1) and 14(2), in the order of the law."""
    return tuple(_items(policy))


def _items(policy: Policy) -> Iterator[Item]:
    controller, contact = policy.controller, policy.contact
    reach = controller.contact or (contact.email if contact is not None else "")
    yield Item("controller", "13(1)(a), 14(1)(a)", _clauses(policy, controller.clause) if reach else ())
    officer = contact.data_protection_officer if contact is not None else None
    at = _clauses(policy, contact.clause) if contact is not None else ()
    yield Item("officer", "13(1)(b), 14(1)(b)", at if officer else (), "item.why_officer" if officer is False else "")
    purposes = tuple(policy.purposes.values())
    stated = bool(purposes) and all(_based(p) for p in purposes)
    yield Item("purposes", "13(1)(c), 14(1)(c)", _of(policy, *(p.clause for p in purposes)) if stated else ())
    weighed = [p for p in purposes if any(name == "legitimate_interests" for name, _ in bases(p))]
    named = all(ref for p in weighed for name, ref in bases(p) if name == "legitimate_interests")
    clauses = _of(policy, *(p.clause for p in weighed)) if named else ()
    yield Item("interests", "13(1)(d), 14(2)(b)", clauses, "" if weighed else "item.why_interests")
    types = tuple(i.clause for i in policy.information.values())
    yield Item("categories", "14(1)(d)", _of(policy, *types) if policy.categories else ())
    receivers = tuple(r.clause for r in policy.recipients.values())
    yield Item("recipients", "13(1)(e), 14(1)(e)", _of(policy, *receivers))
    yield _transfers(policy)
    told = bool(purposes) and not any(_endless(p) for p in purposes)
    yield Item("periods", "13(2)(a), 14(2)(a)", _of(policy, *(p.clause for p in purposes)) if told else ())
    yield from _rights(policy)
    given = bool(purposes) and all(p.provided for p in purposes)
    yield Item("provision", "13(2)(e)", _of(policy, *(p.clause for p in purposes)) if given else ())
    machine = policy.automated_decisions
    said = machine is not None and machine.in_use is not None
    yield Item("decisions", "13(2)(f), 14(2)(g)", _of(policy, machine.clause if machine is not None and said else ""))
    others = [s for s in policy.sources.values() if s.kind in ("third_party", "public_register")]
    none = "item.why_sources" if policy.sources and not others else ""
    named = all(s.names for s in others)
    yield Item("sources", "14(2)(f)", _of(policy, *(s.clause for s in others)) if named else (), none)


def _based(purpose: Purpose) -> bool:
    return len(bases(purpose)) == 1 and bases(purpose)[0][0] != "unknown"


def _endless(purpose: Purpose) -> bool:
    return purpose.keep.unknown


def _transfers(policy: Policy) -> Item:
    abroad = [c for r in policy.recipients.values() for c in r.country]
    abroad += [c for place in policy.storage.values() for c in place.country]
    abroad += [c for transfer in policy.transfers.values() for c in transfer.to]
    safe = bool(policy.transfers) and all(t.to and t.mechanism for t in policy.transfers.values())
    none = "item.why_transfers" if not policy.transfers and not any(is_third_country(c) for c in abroad) else ""
    clauses = _of(policy, *(t.clause for t in policy.transfers.values())) if safe else ()
    return Item("transfers", "13(1)(f), 14(1)(f)", clauses, none)


def _rights(policy: Policy) -> Iterator[Item]:
    offered = policy.rights.offered if policy.rights is not None else {}
    wanted = ("access", "rectification", "erasure", "restriction", "objection", "portability")
    there = all(name in offered and offered[name].offered for name in wanted)
    clauses = _of(policy, *(offered[n].clause for n in wanted)) if there else ()
    yield Item("rights", "13(2)(b), 14(2)(c)", clauses)
    consent = any(name == "consent" for p in policy.purposes.values() for name, _ in bases(p))
    taken = offered.get("withdrawal")
    at = _of(policy, taken.clause) if taken is not None and taken.offered else ()
    yield Item("withdrawal", "13(2)(c), 14(2)(d)", at, "" if consent else "item.why_consent")
    complaint = policy.complaint
    said = complaint is not None and bool(complaint.authority)
    yield Item(
        "complaint", "13(2)(d), 14(2)(e)", _of(policy, complaint.clause if complaint is not None and said else "")
    )


def _clauses(policy: Policy, clause: str) -> tuple[tuple[str, str], ...]:
    """Where it stands; what is of no clause stands in the rest."""
    if clause in policy.clauses:
        return ((anchor("clause", clause), f"{clause} {policy.clauses[clause].title}"),)
    return (("rest", ""),)


def _of(policy: Policy, *clauses: str) -> tuple[tuple[str, str], ...]:
    return tuple(found for clause in sorted(set(clauses)) if clause for found in _clauses(policy, clause))


def law_section(policy: Policy, language: Language) -> Section:
    """The table at the end of the notice."""
    rows = tuple(
        ((language.say(f"item.{item.key}"),), (item.article,), _where(item, language)) for item in items(policy)
    )
    grid = Grid(language.head("notice.law_head"), rows)
    intro = Para((language.say("notice.law_intro"),))
    return Section("law", "", language.say("notice.law"), (Entry("law-items", "", (intro, grid)),))


def _where(item: Item, language: Language) -> Inline:
    if item.at:
        links: list[str | Link] = []
        for place, _ in item.at:
            number = place.removeprefix("clause-")
            text = language.say("notice.rest") if place == "rest" else number
            links += [", ", Link(text, f"#{place}")] if links else [Link(text, f"#{place}")]
        return tuple(links)
    if item.none:
        return (language.say("notice.none_here", why=language.say(item.none)),)
    return (language.say("notice.missing"),)


def missing(policy: Policy) -> tuple[str, ...]:
    """The keys of the items of which the policy says nothing, or not enough."""
    return tuple(item.key for item in items(policy) if not item.at and not item.none)
