"""What the notice tells of rights, marketing, cookies, machines that decide, complaints and contact."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.documents import notice_words as w
from tillit.documents.notice_blocks import Block, Bullets, Entry, Grid, Inline, Para, facts, line
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import anchor, clean
from tillit.law.packs import authorities
from tillit.model.policy import Policy
from tillit.model.sections import OfferedRight


def right_entry(right: OfferedRight, language: Language) -> Entry:
    """A right, and how it is offered."""
    say = language.say
    first = language.word("right", right.name) if right.offered is not False else say("rights.not_offered")
    refused = tuple(language.word("refusal", ground) for ground in right.overridden_by if ground != "none")
    no = w.full_stop(w.capital(language.listed(refused, "or")))
    if right.overridden_by == ("none",):
        no = say("rights.never_refused")
    reasons = w.full_stop(w.capital(say(f"rights.{right.reasons_told}"))) if right.reasons_told else ""
    rows = facts(
        (say("rights.how"), line(w.capital(language.listed((language.own(h) for h in right.how), "or")))),
        (say("rights.covers"), line(w.capital(", ".join(language.word("includes", i) for i in right.includes)))),
        (say("rights.refused"), line(no if no != "." else "")),
        (
            say("rights.reasons"),
            line(" ".join(filter(None, (reasons, say("rights.always_complain")))) if refused else ""),
        ),
        (say("rights.identity"), line(language.word("identity", right.identity) if right.identity else "")),
    )
    more: tuple[Block, ...] = (Para((say("rights.verified"),)),) if right.verified else ()
    return Entry(anchor("right", right.name), language.own(right.title or right.name), (Para((first,)), *rows, *more))


def terms_entry(policy: Policy, language: Language) -> Entry:
    """The terms on which requests are answered (Art. 12)."""
    rights = policy.rights
    assert rights is not None
    told = []
    if rights.answer_within is not None:
        told.append(language.say("rights.lead", period=language.period(rights.answer_within)))
    if rights.extend_by is not None:
        told.append(language.say("rights.extend", period=language.period(rights.extend_by)))
    if rights.free_of_charge:
        told.append(language.say("rights.free"))
    blocks: list[Block] = [Para((" ".join(told),))] if told else []
    if rights.channel:
        before, _, after = language.say("rights.channel", channel="\x00").partition("\x00")
        blocks.append(Para((before, *w.address(rights.channel, language), after)))
    return Entry(anchor("rights", "terms"), language.say("rights.title"), tuple(blocks))


def marketing_entries(policy: Policy, clause: str, language: Language) -> Iterator[Entry]:
    """Marketing: the ways it reaches people, who gets it, what an opt-out means."""
    marketing = policy.marketing
    if marketing is None:
        return
    say = language.say
    channels = [c for c in marketing.channels.values() if (c.clause or marketing.clause) == clause]
    if channels:
        rows = tuple(
            (
                (language.own(c.title or c.name),),
                (", ".join(w.kinds(policy, c.people, language)),),
                (language.word("permission", c.permission) if c.permission else say("say.unsaid"),),
                (", ".join(language.word("opt_out", o) for o in c.opt_out) or say("say.unsaid"),),
                (_sender(policy, c.sent_by, language),),
            )
            for c in channels
        )
        grid = Grid(language.head("marketing.channel_head"), rows)
        yield Entry(anchor("marketing", "channels"), say("marketing.channels"), (grid,))
    eligible = [e for e in marketing.eligible.values() if (e.clause or marketing.clause) == clause]
    if eligible:
        items = tuple(
            (f"{language.own(e.title or e.name)}: {language.word('permission', e.permission)}",) for e in eligible
        )
        yield Entry(anchor("marketing", "eligible"), say("marketing.eligible"), (Bullets(items),))
    messages = [m for m in marketing.messages.values() if (m.clause or marketing.clause) == clause]
    if messages:
        lines = tuple(
            (f"{language.own(m.title or m.name)}: {say(_after(m.after_opt_out, m.promotional))}",) for m in messages
        )
        yield Entry(anchor("marketing", "messages"), say("marketing.messages"), (Bullets(lines),))
    yield from _lists(policy, clause, language)


def _sender(policy: Policy, name: str, language: Language) -> str:
    if name == "controller":
        return language.say("storage.us")
    return language.own(policy.recipients[name].title or name) if name in policy.recipients else clean(name)


def _after(after_opt_out: bool | None, promotional: bool | None) -> str:
    if after_opt_out is None:
        return "say.unsaid"
    if not after_opt_out:
        return "marketing.stopped"
    return "marketing.still_promotional" if promotional is not False else "marketing.still"


def _lists(policy: Policy, clause: str, language: Language) -> Iterator[Entry]:
    marketing, say = policy.marketing, language.say
    assert marketing is not None
    silent, groups = marketing.unresponsive, marketing.segments
    if silent is not None and silent.clause == clause:
        told = []
        if silent.messages is not None and silent.within is not None:
            within = language.period(silent.within)
            told.append(say("marketing.unresponsive", messages=silent.messages, within=within))
        if silent.review_every is not None and silent.approved_by:
            who, every = language.own(silent.approved_by), language.period(silent.review_every)
            told.append(say("marketing.unresponsive_review", period=every, who=who))
        text = " ".join(told) or say("say.unsaid")
        yield Entry(anchor("marketing", "unresponsive"), language.own(silent.title), (Para((text,)),))
    if groups is not None and groups.clause == clause:
        told = []
        if groups.individual is not None:
            told.append(say("marketing.individual" if groups.individual else "marketing.not_individual"))
        if groups.smallest_group is not None:
            told.append(say("marketing.smallest", number=groups.smallest_group))
        if groups.resolved == "at_send":
            told.append(say("marketing.at_send"))
        title = language.own(groups.title) or say("marketing.segments")
        yield Entry(anchor("marketing", "segments"), title, (Para((" ".join(told) or say("say.unsaid"),)),))


def cookie_entries(policy: Policy, language: Language) -> Iterator[Entry]:
    """Cookies: consent, uses and the register."""
    cookies, say = policy.cookies, language.say
    assert cookies is not None
    told = [say(f"cookies.{cookies.consent}")] if language.knows("cookies", cookies.consent) else []
    told += [say("cookies.signals")] if cookies.signals else []
    if cookies.personal is not None:
        told.append(say("cookies.personal" if cookies.personal else "cookies.not_personal"))
    if told:
        yield Entry(anchor("cookies", "consent"), "", (Para((" ".join(told),)),))
    if cookies.uses:
        rows = tuple(
            (
                (language.own(u.title or u.name),),
                (language.word("cookie_category", u.category) if u.category else say("say.unsaid"),),
                w.joined(w.purpose_links(policy, u.purposes, language)),
            )
            for u in cookies.uses.values()
        )
        yield Entry(anchor("cookies", "uses"), say("cookies.uses"), (Grid(language.head("cookies.uses_head"), rows),))
    if cookies.register:
        lines = tuple(_cookie(policy, name, language) for name in cookies.register)
        grid = Grid(language.head("cookies.register_head"), lines)
        yield Entry(anchor("cookies", "register"), say("cookies.register"), (grid,))


def _cookie(policy: Policy, name: str, language: Language) -> tuple[Inline, ...]:
    assert policy.cookies is not None
    cookie, say = policy.cookies.register[name], language.say
    use = policy.cookies.uses.get(cookie.use)
    lasts = language.period(cookie.lasts) if cookie.lasts is not None else ""
    lasts = lasts or say("cookies.session" if cookie.session else "say.unsaid")
    others = {True: say("say.yes"), False: say("say.no"), None: say("say.unsaid")}[cookie.third_party]
    used = language.own(use.title or use.name) if use is not None else clean(cookie.use)
    return (clean(name),), (used,), (_sender(policy, cookie.provider, language),), (lasts,), (others,)


def closing_entries(policy: Policy, clause: str, language: Language) -> Iterator[Entry]:
    """Machines that decide, giving data, links, complaints, breaches, contact: those of the clause."""
    say = language.say
    machine, giving, links = policy.automated_decisions, policy.providing, policy.links
    if machine is not None and machine.clause == clause:
        told = []
        if machine.in_use is not None:
            told.append(say("decisions.in_use" if machine.in_use else "decisions.none"))
        if machine.profiling is not None:
            told.append(say("decisions.profiling" if machine.profiling else "decisions.no_profiling"))
        told += [say("decisions.logic", logic=language.soft(machine.logic))] if machine.logic else []
        yield _plain("automated_decisions", machine.title, told, language)
    if giving is not None and giving.clause == clause:
        told = [language.word("providing", giving.obligation)] if giving.obligation else []
        told += [w.full_stop(language.own(giving.consequence))] if giving.consequence else []
        title = language.own(giving.title) or say("purpose.given")
        yield Entry(anchor("about", "providing"), title, (Para((" ".join(told) or say("say.unsaid"),)),))
    if links is not None and links.clause == clause:
        told = []
        if links.embedded is not None:
            told.append(say("links.embedded" if links.embedded else "links.not_embedded"))
        told += [say("links.consent_first")] if links.consent_first else []
        yield _plain("links", links.title, told, language)
    yield from _complaints(policy, clause, language)


def _plain(name: str, title: str, told: list[str], language: Language) -> Entry:
    text = " ".join(told) or language.say("say.unsaid")
    return Entry(anchor("about", name), language.own(title), (Para((text,)),))


def _complaints(policy: Policy, clause: str, language: Language) -> Iterator[Entry]:
    complaint, breaches, contact, say = policy.complaint, policy.breaches, policy.contact, language.say
    if complaint is not None and complaint.clause == clause:
        blocks: list[Block] = []
        known = authorities().get(complaint.authority)
        if known is not None:
            before, _, after = say("complaint.authority", name="\x00").partition("\x00")
            blocks.append(Para((before + known.name + " (", *w.address(known.website, language), ")" + after)))
        told = [say("complaint.own")] if complaint.own_authority else []
        told += [say("complaint.court")] if complaint.judicial_remedy else []
        blocks += [Para((" ".join(told),))] if told else []
        yield Entry(anchor("about", "complaint"), language.own(complaint.title), tuple(blocks))
    if breaches is not None and breaches.clause == clause:
        told = []
        if breaches.authority_within is not None:
            told.append(say("breaches.authority", period=language.period(breaches.authority_within)))
        told += [say("breaches.people")] if breaches.people_told else []
        told += [say("breaches.register")] if breaches.register else []
        yield _plain("breaches", breaches.title, told, language)
    if contact is not None and contact.clause == clause:
        rows = facts(
            (say("contact.email"), (w.address(contact.email, language),)),
            (say("contact.telephone"), line(clean(contact.telephone))),
            (say("contact.address"), line(clean(contact.address))),
        )
        told = []
        if contact.data_protection_officer is not None:
            told.append(say("contact.is_officer" if contact.data_protection_officer else "contact.no_officer"))
        told += [say("contact.deputy")] if contact.deputy else []
        if contact.answers_within is not None:
            told.append(say("contact.answers", period=language.period(contact.answers_within)))
        closing: tuple[Block, ...] = (Para((" ".join(told),)),) if told else ()
        yield Entry(anchor("about", "contact"), language.own(contact.title), rows + closing)
