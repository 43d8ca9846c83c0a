"""What the notice tells of types of information, sources, recipients, places, transfers and protection."""

from __future__ import annotations

from tillit.documents import notice_words as w
from tillit.documents.notice_blocks import Block, Bullets, Entry, Inline, Link, Para, facts, line
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import anchor, clean
from tillit.model.policy import Policy
from tillit.model.sections import Combination, Information, Measure, Place, Recipient, Source, Transfer


def information_entries(policy: Policy, clause: str, language: Language) -> list[Entry]:
    """The types of information of a clause, each with its parts and what they are used for."""
    groups: dict[str, list[str]] = {}
    for name in policy.leaves():
        if w.informed(policy, name).clause == clause:
            groups.setdefault(name.partition(".")[0], []).append(name)
    return [_type(policy, name, parts, language) for name, parts in groups.items()]


def _type(policy: Policy, name: str, parts: list[str], language: Language) -> Entry:
    items = tuple((_part(policy, part, language),) for part in parts)
    ways = dict.fromkeys(way for part in parts for way in w.informed(policy, part).obtained)
    where = language.listed(language.word("obtained", way) for way in ways)
    blocks: list[Block] = [Bullets(items)]
    if where:
        blocks.append(Para((language.say("information.where", how=where),)))
    used = [p.name for p in policy.purposes.values() if any(p.covers(part) for part in parts)]
    told = w.joined(w.purpose_links(policy, used, language)) or (language.say("information.unused"),)
    blocks += facts((language.say("information.used"), (told,)))
    clause, own = w.informed(policy, parts[0]).clause, w.informed(policy, name).clause
    mark = name if own == clause or not own else f"{name}-{clause}"
    return Entry(anchor("information", mark), language.own(policy.categories.get(name, name)), tuple(blocks))


def _part(policy: Policy, name: str, language: Language) -> str:
    title = language.own(policy.categories[name])
    notes = "; ".join(_notes(w.informed(policy, name), language))
    return f"{title} ({notes})" if notes else title


def _notes(item: Information, language: Language) -> list[str]:
    told = []
    if item.only_when:
        told.append(language.word("only_when", item.only_when))
    if item.free_text:
        told.append(language.say("information.note_text"))
    if item.credential and item.stored_as in ("hash", "encrypted", "plain"):
        told.append(language.say(f"information.note_{item.stored_as}"))
    if item.special_category:
        category = language.word("category", item.special_category)
        told.append(language.say("information.note_special", category=category))
    if item.personal is False:
        told.append(language.say("information.note_not_personal"))
    if item.open_ended:
        told.append(language.say("information.note_open"))
    return told


def source_entry(policy: Policy, source: Source, language: Language) -> Entry:
    """Where data comes from (Art. 14(2)(f))."""
    say = language.say
    rows: tuple[Block, ...] = facts(
        (say("source.kind"), line(w.capital(language.word("obtained", source.kind)) if source.kind else "")),
        (say("source.names"), line(_names(source.names, language))),
        (say("source.gives"), line(", ".join(w.categories(policy, source.gives, language)))),
        (say("source.purposes"), (w.joined(w.purpose_links(policy, source.purposes, language)),)),
        (say("source.only_when"), line(_capital_word(language, "only_when", source.only_when))),
        (say("source.told"), line(_capital_word(language, "told", source.told))),
    )
    if source.copy_to_person:
        rows += (Para((say("source.copy"),)),)
    return Entry(anchor("source", source.name), language.own(source.title or source.name), rows)


def _capital_word(language: Language, section: str, code: str) -> str:
    return w.capital(language.word(section, code)) if code else ""


def _names(names: tuple[str, ...], language: Language) -> str:
    return w.capital(", ".join(language.own(name) for name in names))


def recipient_entry(policy: Policy, recipient: Recipient, language: Language) -> Entry:
    """Who receives data (Art. 13(1)(e)), and what binds them."""
    say = language.say
    rows = facts(
        (say("recipient.role"), line(language.word("role", recipient.role) if recipient.role else say("say.unsaid"))),
        (say("recipient.names"), line(_names(recipient.names, language) or say("say.unsaid"))),
        (say("recipient.country"), line(w.capital(language.countries(recipient.country)))),
        (say("recipient.data"), line(", ".join(w.categories(policy, recipient.data, language)) or say("say.unsaid"))),
        (say("recipient.purposes"), (w.joined(w.purpose_links(policy, recipient.purposes, language)),)),
        (say("recipient.basis"), tuple((text,) for text in w.basis_lines(recipient.bases, language))),
        (say("recipient.agreement"), line(_agreement(recipient, language))),
        (say("recipient.transfers"), (_transfers(policy, recipient.transfers, language),)),
        (say("recipient.policy"), (w.address(recipient.policy_url, language),)),
        (say("recipient.approved"), line(w.capital(language.own(recipient.approved_by)))),
    )
    return Entry(anchor("recipient", recipient.name), language.own(recipient.title or recipient.name), rows)


def _agreement(recipient: Recipient, language: Language) -> str:
    told = clean(recipient.agreement)
    if told and recipient.agreed is not None:
        told = language.say("recipient.agreed", reference=told, day=language.day(recipient.agreed))
    if recipient.reviewed is None:
        return told
    looked = language.say("recipient.reviewed", day=language.day(recipient.reviewed))
    if recipient.review_every is not None:
        looked += ", " + language.say("recipient.review_every", period=language.period(recipient.review_every))
    return f"{told}. {looked}." if told else f"{looked}."


def _transfers(policy: Policy, names: tuple[str, ...], language: Language) -> Inline:
    links: tuple[Inline, ...] = tuple(
        (Link(language.own(policy.transfers[n].title or n), f"#{anchor('transfer', n)}"),)
        for n in names
        if n in policy.transfers
    )
    return w.joined(links)


def place_entry(policy: Policy, place: Place, language: Language) -> Entry:
    """Where data lies."""
    say = language.say
    who = policy.recipients.get(place.run_by)
    run_by: Inline = ()
    if who is not None:
        run_by = (Link(language.own(who.title or who.name), f"#{anchor('recipient', who.name)}"),)
    elif place.run_by == "controller":
        run_by = (w.capital(say("storage.us")),)
    rows: tuple[Block, ...] = facts(
        (say("storage.country"), line(w.capital(language.countries(place.country)) or say("say.unsaid"))),
        (say("storage.run_by"), (run_by,)),
        (say("storage.data"), line(", ".join(w.categories(policy, place.data, language)))),
        (say("recipient.transfers"), (_transfers(policy, place.transfers, language),)),
    )
    told = [say("storage.only")] if place.only else []
    told += [f"{say('storage.rest')}."] if place.encrypted_at_rest else []
    told += [f"{say('storage.transit')}."] if place.encrypted_in_transit else []
    if not (place.encrypted_at_rest or place.encrypted_in_transit):
        told.append(say("storage.unencrypted"))
    return Entry(
        anchor("storage", place.name), language.own(place.title or place.name), (*rows, Para((" ".join(told),)))
    )


def transfer_entry(policy: Policy, transfer: Transfer, language: Language) -> Entry:
    """A transfer to a third country, and what protects it (Art. 13(1)(f))."""
    say = language.say
    receivers: tuple[Inline, ...] = tuple(
        (Link(language.own(policy.recipients[n].title or n), f"#{anchor('recipient', n)}"),)
        for n in transfer.recipients
        if n in policy.recipients
    )
    assessed = ""
    if transfer.assessed is not None:
        assessed = say("transfer.assessed", day=language.day(transfer.assessed))
        if transfer.assess_every is not None:
            assessed += ", " + say("transfer.assess_every", period=language.period(transfer.assess_every))
    blocks: tuple[Block, ...] = facts(
        (say("transfer.to"), line(w.capital(language.countries(transfer.to)) or say("say.unsaid"))),
        (say("transfer.recipients"), (w.joined(receivers),)),
        (say("transfer.data"), line(", ".join(w.categories(policy, transfer.data, language)))),
        (
            say("transfer.mechanism"),
            tuple((w.capital(language.word("mechanism", m)),) for m in transfer.mechanism) or ((say("say.unsaid"),),),
        ),
        (say("transfer.copy"), line(w.capital(language.own(transfer.copy)))),
    )
    if assessed:
        blocks += (Para((f"{assessed}.",)),)
    return Entry(anchor("transfer", transfer.name), language.own(transfer.title or transfer.name), blocks)


def measure_line(policy: Policy, measure: Measure, language: Language) -> Inline:
    """A promise about security (Art. 32), in a line."""
    told = [w.full_stop(language.own(measure.title or measure.name))]
    if measure.covers:
        places = (
            language.own(policy.storage[p].title or p) if p in policy.storage else clean(p) for p in measure.covers
        )
        told.append(language.say("security.covers", places="; ".join(places)))
    if measure.owner:
        told.append(language.say("security.owner", owner=w.capital(language.own(measure.owner))))
    if measure.reviewed is not None:
        told.append(language.say("security.reviewed", day=language.day(measure.reviewed)))
    if measure.review_every is not None:
        told.append(language.say("security.review_every", period=language.period(measure.review_every)))
    if measure.disclaimed:
        told.append(language.say("security.disclaimed"))
    return (" ".join(told),)


def combination_entry(policy: Policy, item: Combination, language: Language) -> Entry:
    """A declared joining of data from several sources."""
    data = language.listed(w.categories(policy, item.data, language)) or language.say("say.unsaid").lower()
    sources = "; ".join(
        language.own(policy.sources[s].title or s) if s in policy.sources else clean(s) for s in item.joined_with
    )
    blocks: list[Block] = [Para((language.say("combination.lead", data=data, sources=sources),))]
    blocks += facts((language.say("source.purposes"), (w.joined(w.purpose_links(policy, item.purposes, language)),)))
    if item.approved is not None and item.approved_by:
        who = language.own(item.approved_by)
        blocks.append(Para((language.say("combination.approved", who=who, day=language.day(item.approved)),)))
    return Entry(anchor("combination", item.name), language.own(item.title or item.name), tuple(blocks))
