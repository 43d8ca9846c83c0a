"""A kind of person is named and never explained."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for kind in case.policy.people.values():
        if not kind.means:
            yield Seen(kind.at, f"it is not said who is {quote(kind.name)}")


RULE = Rule(
    name="people-undefined",
    severity=Severity.ERROR,
    article="Art. 12(1) and 30(1)(c) GDPR",
    title="A kind of person is named and never explained",
    why=(
        "Storage periods and rules for marketing hang on these words. Where nobody can tell who is a "
        "customer, nobody can tell whose data must go."
    ),
    remedy="say `means:`, so that it can be tested",
    look=look,
    bad="""\
people: {customer: {title: Customers, means: unknown}}
""",
    good="""\
people:
  customer:
    title: Customers
    means: whoever has an order, or had one in the last three years
""",
)
