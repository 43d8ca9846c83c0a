"""Personal data is said not to be personal."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote
from tillit.policy.rules.facts import clause_of, holders


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for purpose in policy.purposes.values():
        if purpose.personal is False:
            what = f"{quote(purpose.name)} is said to hold nothing personal, yet holds {listed(purpose.data)}"
            yield Seen(purpose.place("personal"), what, purpose.clause)
    for name, information in policy.information.items():
        who = holders(case, name) if information.personal is False else []
        if who:
            what = f"{quote(name)} is said not to be personal, yet it is held about people: {listed(who)}"
            yield Seen(information.place("personal"), what, clause_of(case, information))
    cookies = policy.cookies
    if cookies is not None and cookies.personal is False and (cookies.uses or cookies.register):
        yield Seen(
            cookies.place("personal"),
            "cookies are said to hold nothing personal, yet they tell visitors apart",
            cookies.clause,
        )


RULE = Rule(
    name="personal-data-denied",
    severity=Severity.ERROR,
    article="Art. 4(1) and 6 GDPR; C-582/14 Breyer",
    title="Personal data is said not to be personal",
    why=(
        "What a purpose with a lawful basis processes, a source gives about a person, or a cookie records "
        "of a visitor, relates to somebody. An IP address is personal data."
    ),
    remedy="treat it as personal data, or make it coarser before it is stored",
    look=look,
    bad="""\
purposes: {website: {personal: false}}
""",
    good="""\
purposes: {website: {personal: true}}
""",
)
