"""The privacy notice (Art. 12 to 14 GDPR), from the policy's own titles and our sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tillit.documents import notice_entries as e
from tillit.documents import notice_rights as r
from tillit.documents import notice_words as w
from tillit.documents.notice_blocks import Block, Bullets, Entry, Notice, Para, Section, facts, line
from tillit.documents.notice_changes import changes
from tillit.documents.notice_items import law_section, missing
from tillit.documents.notice_language import Language
from tillit.documents.notice_purposes import purpose_entry
from tillit.documents.notice_text import anchor, clean
from tillit.model.policy import PersonKind, Policy


def notice(policy: Policy, language: Language, today: date, earlier: Policy | None = None) -> Notice:
    """The notice in `language`. `earlier`: tells also what changed since that policy.

    Anchors are made of clause numbers and names of entries only, so that links to them outlive versions and languages.
    """
    name = clean(policy.controller.name)
    made = sections(policy, language)
    changed = changes(earlier, policy, language) if earlier is not None else None
    law = law_section(policy, language)
    return Notice(
        language=language.code,
        title=language.say("notice.of", name=name),
        name=name,
        dated=_dated(policy, language, today),
        sections=made,
        changes=changed,
        law=law,
        missing=missing(policy),
        untranslated=tuple(language.untranslated),
        words={k: language.say(f"notice.{k}") for k in ("title", "contents", "skip", "to_top")},
    )


def sections(policy: Policy, language: Language) -> tuple[Section, ...]:
    """A section for each clause, in the order of the policy; then what belongs to no clause."""
    made = []
    for number, clause in policy.clauses.items():
        entries = tuple(_entries(policy, number, language))
        if not entries and not any(other.startswith(f"{number}.") for other in policy.clauses):
            entries = (Entry("", "", (Para((language.say("notice.empty"),)),)),)
        depth = 1 + number.count(".")
        made.append(Section(anchor("clause", number), clean(number), language.own(clause.title), entries, depth))
    rest = tuple(_entries(policy, "", language))
    if rest:
        made.append(Section("rest", "", language.say("notice.rest"), rest))
    return tuple(made)


def _dated(policy: Policy, language: Language, today: date) -> tuple[str, ...]:
    told = []
    stated = policy.notice
    if stated is not None and stated.version:
        told.append(language.say("notice.version", version=clean(stated.version)))
    if stated is not None and stated.effective_from is not None:
        told.append(language.say("notice.effective", day=language.day(stated.effective_from)))
    return (*told, language.say("notice.made", day=language.day(today)))


def _entries(policy: Policy, clause: str, language: Language) -> Iterator[Entry]:
    """Everything that the policy says under a clause."""
    if policy.controller.clause == clause:
        yield from _controller(policy, language)
    if policy.notice is not None and policy.notice.clause == clause:
        yield _version(policy, language)
    if policy.rights is not None and policy.rights.clause == clause:
        yield r.terms_entry(policy, language)
    yield from e.information_entries(policy, clause, language)
    yield from (purpose_entry(policy, p, language) for p in policy.purposes.values() if p.clause == clause)
    yield from (e.combination_entry(policy, c, language) for c in policy.combinations.values() if c.clause == clause)
    yield from (e.source_entry(policy, s, language) for s in policy.sources.values() if s.clause == clause)
    yield from (e.recipient_entry(policy, x, language) for x in policy.recipients.values() if x.clause == clause)
    yield from (e.place_entry(policy, p, language) for p in policy.storage.values() if p.clause == clause)
    yield from (e.transfer_entry(policy, t, language) for t in policy.transfers.values() if t.clause == clause)
    measures = tuple(e.measure_line(policy, m, language) for m in policy.security.values() if m.clause == clause)
    if measures:
        yield Entry(anchor("security", clause or "rest"), language.say("security.title"), (Bullets(measures),))
    never = tuple((w.full_stop(language.own(n.title or n.name)),) for n in policy.never.values() if n.clause == clause)
    if never:
        yield Entry(anchor("never", clause or "rest"), language.say("never.title"), (Bullets(never),))
    if policy.rights is not None:
        yield from (r.right_entry(x, language) for x in policy.rights.offered.values() if x.clause == clause)
    yield from r.marketing_entries(policy, clause, language)
    if policy.cookies is not None and policy.cookies.clause == clause:
        yield from r.cookie_entries(policy, language)
    yield from r.closing_entries(policy, clause, language)


def _controller(policy: Policy, language: Language) -> Iterator[Entry]:
    c, say = policy.controller, language.say
    rows = facts(
        (say("controller.number"), line(clean(c.organisation_number))),
        (say("controller.address"), line(clean(c.address))),
        (say("controller.country"), line(w.capital(language.country(c.country)))),
        (say("controller.contact"), (w.address(c.contact, language),)),
        (say("controller.website"), (w.address(c.website, language),)),
    )
    lead = Para((say("controller.lead", name=clean(c.name)),))
    clock = Para((say("controller.clock", zone=clean(c.timezone)),))
    yield Entry(anchor("about", "controller"), "", (lead, *rows, clock))
    if policy.people:
        items = tuple((_kind(kind, language),) for kind in policy.people.values())
        yield Entry(anchor("about", "people"), say("people.title"), (Bullets(items),))


def _kind(kind: PersonKind, language: Language) -> str:
    told = [w.full_stop(language.own(kind.title or kind.name))]
    if kind.means:
        told.append(language.say("people.means", means=language.soft(kind.means)))
    if kind.leaves_by:
        how = language.listed((language.own(way) for way in kind.leaves_by), "or")
        told.append(language.say("people.leaves", how=how))
    if kind.inactive_after is not None:
        told.append(language.say("people.inactive", period=language.period(kind.inactive_after)))
    return " ".join(told)


def _version(policy: Policy, language: Language) -> Entry:
    stated, say = policy.notice, language.say
    assert stated is not None
    day = stated.effective_from
    blocks: tuple[Block, ...] = facts(
        (say("controller.version"), line(clean(stated.version))),
        (say("controller.effective"), line(language.day(day) if day is not None else "")),
        (say("controller.supersedes"), line(clean(stated.supersedes))),
        (say("controller.told"), line(w.capital(language.own(stated.changes_told)))),
    )
    return Entry(anchor("about", "notice"), "", blocks)
