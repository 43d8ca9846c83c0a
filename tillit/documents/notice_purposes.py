"""What the notice tells of a purpose: what is used, why that is allowed, how long, who receives it."""

from __future__ import annotations

from tillit.documents import notice_words as w
from tillit.documents.notice_blocks import Block, Entry, Inline, Link, Para, facts, line
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import anchor, clean
from tillit.model.policy import Basis, Policy, Purpose


def purpose_entry(policy: Policy, purpose: Purpose, language: Language) -> Entry:
    """One purpose, with everything that Art. 13 and 14 ask of it."""
    say = language.say
    data = w.categories(policy, purpose.data, language)
    rows = facts(
        (say("purpose.activities"), line(w.capital(language.listed(language.own(a) for a in purpose.activities)))),
        (say("purpose.data"), line(", ".join(data) or say("say.unsaid"))),
        (say("purpose.forms"), tuple((form,) for form in _forms(policy, purpose, language))),
        (say("purpose.people"), line(", ".join(w.kinds(policy, purpose.people, language)) or say("purpose.everyone"))),
        (say("purpose.basis"), tuple((text,) for text in w.basis_lines(w.bases(purpose), language))),
        (say("purpose.special"), line(_special(policy, purpose, language))),
        (say("purpose.weighed"), line(_weighed(purpose, language))),
        (say("purpose.keep"), tuple((text,) for text in _kept(policy, purpose, language))),
        (say("purpose.recipients"), (_receivers(policy, purpose, language),)),
        (say("purpose.given"), line(_given(purpose, language))),
        (say("purpose.say_no"), line(_choice(purpose, language))),
    )
    said: tuple[Block, ...] = (Para((say("purpose.not_personal"),)),) if purpose.personal is False else ()
    return Entry(anchor("purpose", purpose.name), language.own(purpose.title or purpose.name), said + rows)


def _forms(policy: Policy, purpose: Purpose, language: Language) -> tuple[str, ...]:
    return tuple(
        language.say("purpose.form", what=w.categories(policy, (name,), language)[0], form=language.word("form", form))
        for name, form in purpose.forms.items()
    )


def _special(policy: Policy, purpose: Purpose, language: Language) -> str:
    found = [
        i.special_category for name, i in policy.information.items() if i.special_category and purpose.covers(name)
    ]
    if not found or purpose.data == ("unknown",):
        return ""
    told = language.listed(language.word("category", name) for name in dict.fromkeys(found))
    if purpose.special_condition == "explicit_consent":
        return language.say("purpose.explicit", category=told)
    condition = purpose.special_condition and language.word("condition", purpose.special_condition)
    return language.say("purpose.sensitive", category=told, condition=condition or language.say("say.unsaid").lower())


def _weighed(purpose: Purpose, language: Language) -> str:
    made = purpose.balancing
    if made is None or not (made.made or made.reference):
        return ""
    reference = clean(made.reference)
    if made.made is not None:
        told = language.say("purpose.balancing", day=language.day(made.made), reference=reference)
    else:
        told = language.say("purpose.balancing_plain", reference=reference)
    if made.review_every is not None:
        told += " " + language.say("purpose.balancing_every", period=language.period(made.review_every))
    return told


def _kept(policy: Policy, purpose: Purpose, language: Language) -> tuple[str, ...]:
    told = tuple(w.full_stop(text) for text in w.periods(policy, purpose, language))
    code = purpose.overrides_erasure
    if not code:
        return told
    known = language.knows("overrides", code)
    why = language.word("overrides", code) if known else language.say("overrides.other", code=clean(code))
    return (*told, language.say("purpose.outlasts", why=why))


def _receivers(policy: Policy, purpose: Purpose, language: Language) -> Inline:
    found = tuple(
        (Link(language.own(r.title or r.name), f"#{anchor('recipient', r.name)}"),)
        for r in policy.recipients.values()
        if purpose.name in r.purposes
    )
    return w.joined(found) or (language.say("purpose.nobody"),)


def _given(purpose: Purpose, language: Language) -> str:
    told = [language.word("provided", purpose.provided)] if purpose.provided else []
    if purpose.consequence:
        told.append(language.say("provided.consequence", what=language.soft(purpose.consequence)))
    return " ".join(told)


def _choice(purpose: Purpose, language: Language) -> str:
    named = {name for name, _ in w.bases(purpose)}
    told = []
    if purpose.direct_marketing:
        told.append(language.say("purpose.object_marketing"))
    elif Basis.LEGITIMATE_INTERESTS.value in named or Basis.PUBLIC_TASK.value in named:
        told.append(language.say("purpose.object"))
    if Basis.CONSENT.value in named:
        told.append(language.say("purpose.withdraw"))
    return " ".join(told)
