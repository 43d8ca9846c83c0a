"""A privacy setting that does not decide."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote
from tillit.policy.rules.facts import only_when


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for purpose in policy.purposes.values():
        chosen = [n for n in policy.leaves(purpose.data) if only_when(case, n) in ("privacy_setting", "consent")]
        if chosen and purpose.basis is not Basis.CONSENT:
            what = f"{quote(purpose.name)} uses {listed(chosen)} without consent, against the person's setting"
            yield Seen(purpose.place("basis"), what, purpose.clause)


RULE = Rule(
    name="setting-without-consent",
    severity=Severity.ERROR,
    article="Art. 6(1)(a) and 7 GDPR; Art. 5(3) Directive 2002/58/EC",
    title="A privacy setting that does not decide",
    why=(
        "What is used only as the person's setting allows rests on consent. A purpose that uses it on "
        "another basis goes on when the setting says no."
    ),
    remedy="let it rest on consent, or let the purpose use something coarser that needs no setting",
    look=look,
    bad="""\
information: {location: {title: Where you are, only_when: privacy_setting}}
purposes: {website: {data: [technical.ip_address, location]}}
""",
    good="""\
information: {location: {title: Where you are, only_when: privacy_setting}}
purposes:
  website: {data: [technical.ip_address, location], basis: consent}
""",
)
