"""A purpose that does not say which data it uses."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if "unknown" in purpose.data:
            yield Seen(purpose.place("data"), f"{quote(purpose.name)} does not say which data it uses", purpose.clause)


RULE = Rule(
    name="purpose-data-unknown",
    severity=Severity.ERROR,
    article="Art. 5(1)(c) and 13 GDPR",
    title="A purpose that does not say which data it uses",
    why=("Nobody can tell what it may hold; the machinery then lets it hold everything, and deletes nothing of it."),
    remedy="name the data it needs",
    look=look,
    bad="""\
purposes: {orders: {data: unknown}}
""",
    good="""\
purposes: {orders: {data: contact}}
""",
)
