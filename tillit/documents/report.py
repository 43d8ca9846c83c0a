"""The report: the policy as prose, every clause with its state and evidence in the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tillit.checks.verdict import ORDER, ClauseState, Evidence, Place, PromiseState, State
from tillit.documents.notice import sections
from tillit.documents.notice_blocks import Section
from tillit.documents.notice_html import templates
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import clean
from tillit.documents.notice_words import capital
from tillit.model.policy import Policy
from tillit.policy.rules import Finding

PLACES = 8
"""How many places are shown of one observation; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the report shows beside the policy. `clauses` is empty where no check has run yet."""

    clauses: Sequence[ClauseState]
    findings: Sequence[Finding]
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation, as it stands in the margin."""

    state: str
    title: str
    says: str
    looked: str
    places: tuple[str, ...]
    more: str
    unread: tuple[str, ...]
    remedy: str
    when: str
    query: str
    source: str


@dataclass(frozen=True, slots=True)
class Told:
    """One promise with its state."""

    id: str
    state: str
    word: str
    says: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of the linter."""

    severity: str
    what: str
    remedy: str
    rule: str
    article: str
    line: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A clause: its text, and what stands beside it."""

    section: Section
    state: str
    word: str
    seen: tuple[Seen, ...]
    promises: tuple[Told, ...]
    numbers: tuple[tuple[str, str, int], ...]
    findings: tuple[Found, ...]


def report(policy: Policy, judged: Judged, language: Language) -> str:
    """The whole report as HTML: styles inside, no script, no font, no picture from elsewhere."""
    states = {c.clause: c for c in judged.clauses}
    zone = ZoneInfo(policy.controller.timezone)
    spreads = tuple(
        _spread(section, states.get(number), judged, language, zone)
        for section, number in zip(sections(policy, language), (*policy.clauses, ""), strict=False)
    )
    promises = {p.id: p for c in judged.clauses for p in c.promises}
    unproven = tuple(_told(p, language) for p in promises.values() if p.state is State.UNPROVEN)
    page = templates().get_template("report.html")
    return page.render(
        say=language.say,
        language=language.code,
        name=clean(policy.controller.name),
        spreads=spreads,
        top=_whole(judged),
        promises=_counted([p.state for p in promises.values()], language),
        clauses=_counted([c.state for c in judged.clauses], language),
        broken=tuple(s for s in spreads if s.state == State.BROKEN.value),
        unproven=unproven,
        version=clean(policy.notice.version) if policy.notice is not None else "",
        at=_when(judged.at, language, zone),
        digest=clean(judged.digest),
        policy_digest=clean(policy.digest),
        legend=tuple((s.value, language.say(f"state.{s.value}"), language.say(f"means.{s.value}")) for s in ORDER),
    ).lstrip()


def _spread(section: Section, state: ClauseState | None, judged: Judged, language: Language, zone: ZoneInfo) -> Spread:
    own = section.number if section.anchor != "rest" else ""
    findings = tuple(_finding(f) for f in judged.findings if clean(f.clause) == own)
    if state is None:
        word = language.say("report.unlooked") if not judged.clauses else ""
        return Spread(section, "none" if not word else "unproven", word, (), (), (), findings)
    promises = tuple(_told(p, language) for p in sorted(state.promises, key=lambda p: ORDER.index(p.state)))
    shown = sorted(state.evidence, key=lambda e: ORDER.index(e.state))
    return Spread(
        section,
        state.state.value,
        language.say(f"state.{state.state.value}"),
        tuple(_seen(e, language, zone) for e in shown),
        promises,
        tuple((s.value, language.say(f"state.{s.value}"), n) for s, n in state.numbers().items()),
        findings,
    )


def _told(promise: PromiseState, language: Language) -> Told:
    word = language.say(f"state.{promise.state.value}")
    return Told(clean(promise.id), promise.state.value, word, language.own(promise.says), clean(promise.why))


def _seen(evidence: Evidence, language: Language, zone: ZoneInfo) -> Seen:
    rest = len(evidence.places) - PLACES
    return Seen(
        state=evidence.state.value,
        title=" · ".join(filter(None, (language.word("check", evidence.kind), clean(evidence.subject)))),
        says=clean(evidence.says),
        looked=clean(evidence.looked),
        places=tuple(_place(p) for p in evidence.places[:PLACES]),
        more=language.say("report.more", number=rest) if rest > 0 else "",
        unread=tuple(_place(p) for p in evidence.unread[:PLACES]),
        remedy=clean(evidence.remedy),
        when=_when(evidence.at, language, zone),
        query=clean(evidence.query),
        source=clean(evidence.digest)[:12],
    )


def _place(place: Place) -> str:
    number = f" {place.count:,}" if place.count is not None else ""
    note = f" ({clean(place.note)})" if place.note else ""
    return f"{clean(place.name)}{number}{note}"


def _finding(finding: Finding) -> Found:
    return Found(
        finding.severity.value,
        capital(clean(finding.what)),
        capital(clean(finding.remedy)),
        clean(finding.rule),
        clean(finding.article),
        finding.at.line,
    )


def _counted(states: Sequence[State], language: Language) -> tuple[tuple[str, str, int], ...]:
    return tuple((s.value, language.say(f"state.{s.value}"), states.count(s)) for s in reversed(ORDER) if s in states)


def _whole(judged: Judged) -> tuple[Found, ...]:
    """Findings that are of no clause."""
    known = {clean(c.clause) for c in judged.clauses}
    return tuple(_finding(f) for f in judged.findings if not f.clause or (known and clean(f.clause) not in known))


def _when(moment: datetime, language: Language, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{language.day(local.date())}, {local:%H:%M}"
