"""Some data, or some people, have no period."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, covered, kinds_of, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for purpose in policy.purposes.values():
        if not purpose.stated:
            continue
        every = policy.leaves(purpose.data)
        parts = [leaf for leaf in every if not any(covered(s.data or purpose.data, leaf) for s in purpose.stated)]
        kinds = kinds_of(case, purpose.people)
        general = [s for s in purpose.stated if not s.data] or list(purpose.stated)
        people = [k for k in kinds if not any(k in kinds_of(case, s.people) for s in general)]
        beside = [d for s in purpose.stated for d in s.data if not set(policy.leaves((d,))) & set(every)]
        for names, what in (
            (parts, "gives no period for"),
            (people, "gives no period for"),
            (beside, "gives a period for data it does not list:"),
        ):
            if names:
                yield Seen(purpose.place("keep"), f"{quote(purpose.name)} {what} {listed(names)}", purpose.clause)


RULE = Rule(
    name="retention-gap",
    severity=Severity.ERROR,
    article="Art. 13(2)(a) GDPR",
    title="Some data, or some people, have no period",
    why=(
        "A rule for customers says nothing of guests and prospects; a period for IP addresses says nothing of the rest."
    ),
    remedy="give every type of information and every kind of person of the purpose a period",
    look=look,
    bad="""\
purposes: {orders: {keep: [{of: contact.name, for: 3 years}]}}
""",
    good="""\
purposes: {orders: {keep: [{of: contact, for: 3 years}]}}
""",
)
