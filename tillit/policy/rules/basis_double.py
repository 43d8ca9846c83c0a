"""Several bases for one purpose."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if len(purpose.bases) > 1:
            names = [basis for basis, _ in purpose.bases]
            yield Seen(purpose.place("basis"), f"{quote(purpose.name)} rests on {listed(names)}", purpose.clause)
    for recipient in case.policy.recipients.values():
        if len(recipient.bases) > 1:
            names = [basis for basis, _ in recipient.bases]
            what = f"disclosure to {quote(recipient.name)} rests on {listed(names)}"
            yield Seen(recipient.place("basis"), what, recipient.clause)


RULE = Rule(
    name="basis-double",
    severity=Severity.ERROR,
    article="Art. 13(1)(c) GDPR",
    title="Several bases for one purpose",
    why=(
        "Portability, objection and what survives a request all depend on the basis; nobody can tell which one counts."
    ),
    remedy="divide it: one basis each",
    look=look,
    bad="""\
purposes:
  orders: {basis: [contract, legitimate_interests: handling the case]}
""",
    good="""\
purposes: {orders: {basis: contract}}
""",
)
