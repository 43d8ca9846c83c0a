"""Sentences that several documents share: periods, bases, data, people, links to entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tillit.documents.notice_blocks import Inline, Link
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import anchor, clean, href
from tillit.model.policy import Policy, Purpose, Retention, Rounding
from tillit.model.sections import Information

ROUNDED = {Rounding.MONTH: "month", Rounding.QUARTER: "quarter", Rounding.YEAR: "year"}
ENDS = ("goodbye", "opt-out", "withdrawal", "request")


def kept(policy: Policy, keep: Retention, language: Language) -> str:
    """How long something is kept, as a sentence without a full stop."""
    ends = language.listed((language.word("until", e) for e in ENDS if e in {x.value for x in keep.until}), "or")
    if keep.period is None:
        return language.say("keep.until", ends=ends) if ends else language.say("keep.unknown")
    period = language.say("keep.period", period=language.period(keep.period), event=_start(policy, keep, language))
    return language.say("keep.sooner", period=period, ends=ends) if ends else period


def _start(policy: Policy, keep: Retention, language: Language) -> str:
    title = policy.events.get(keep.event or "", keep.event or "")
    event = language.soft(title) if title else language.say("keep.then")
    rounded = ROUNDED.get(keep.rounding)
    return language.say(f"keep.{rounded}", event=event) if rounded else event


def periods(policy: Policy, purpose: Purpose, language: Language) -> tuple[str, ...]:
    """How long a purpose keeps its data: one sentence, or one for each period that the text gives."""
    if not purpose.stated:
        return (kept(policy, purpose.keep, language),)
    told = []
    for stated in purpose.stated:
        whose = language.listed((*categories(policy, stated.data, language), *kinds(policy, stated.people, language)))
        said = kept(policy, stated.keep, language)
        told.append(language.say("keep.whose", whose=whose, keep=said) if whose else said)
    return tuple(told)


def categories(policy: Policy, names: Iterable[str], language: Language) -> tuple[str, ...]:
    """The titles of types of information."""
    return tuple(
        language.say("say.unsaid") if name == "unknown" else language.own(policy.categories.get(name, name))
        for name in names
    )


def informed(policy: Policy, name: str) -> Information:
    """What the policy says of a type of information, or of a part (which says at least what its type says)."""
    own = policy.information.get(name, Information(name=name))
    parent = name.rpartition(".")[0]
    if not parent:
        return own
    whole = informed(policy, parent)
    said = {
        word: getattr(own, word) if getattr(own, word) not in (None, "", ()) else getattr(whole, word)
        for word in ("clause", "personal", "obtained", "only_when", "special_category", "dpv")
    }
    return replace(own, **said)


def kinds(policy: Policy, names: Iterable[str], language: Language) -> tuple[str, ...]:
    """The titles of kinds of person."""
    return tuple(language.own(policy.people[n].title if n in policy.people else n) for n in names)


def basis_lines(bases: Iterable[tuple[str, str]], language: Language, short: bool = False) -> tuple[str, ...]:
    """Why it is allowed, each basis with its law or reason."""
    return tuple(_basis(name, reference, language, short) for name, reference in bases)


def _basis(name: str, reference: str, language: Language, short: bool) -> str:
    said = language.word("basis_short" if short else "basis", name)
    if not reference:
        return said
    return f"{said}: {language.statute(reference) if name == 'legal_obligation' else language.soft(reference)}"


def bases(purpose: Purpose) -> tuple[tuple[str, str], ...]:
    """The bases that a purpose names; usually one."""
    if purpose.bases:
        return purpose.bases
    return ((purpose.basis.value, purpose.basis_reference),)


def purpose_links(policy: Policy, names: Iterable[str], language: Language) -> tuple[Inline, ...]:
    """Links to purposes."""
    return tuple(
        (Link(language.own(policy.purposes[name].title or name), f"#{anchor('purpose', name)}"),)
        if name in policy.purposes
        else (clean(name),)
        for name in names
    )


def joined(parts: Iterable[Inline]) -> Inline:
    """Several values in one line, with commas."""
    found: list[str | Link] = []
    for part in parts:
        found += [", ", *part] if found else [*part]
    return tuple(found)


def address(text: str, language: Language) -> Inline:
    """A link where `text` is a safe address, else the text."""
    told = clean(text)
    target = href(text)
    return (Link(told, target),) if target else (language.own(text),) if told else ()


def full_stop(text: str) -> str:
    """A sentence with its end."""
    return text if not text or text[-1] in ".!?" else f"{text}."


def capital(text: str) -> str:
    """A sentence with a capital letter first."""
    return text[:1].upper() + text[1:]
