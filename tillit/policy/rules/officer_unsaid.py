"""It is not said whether a data protection officer is designated."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    contact = case.policy.contact
    if contact is None or contact.data_protection_officer is None:
        at = contact.at if contact is not None else case.top
        yield Seen(
            at, "it is not said whether a data protection officer is designated", contact.clause if contact else ""
        )


RULE = Rule(
    name="officer-unsaid",
    severity=Severity.WARNING,
    article="Art. 13(1)(b) and 37 GDPR",
    title="It is not said whether a data protection officer is designated",
    why=(
        "A title such as `data protection manager` leaves open whether the person has the tasks and the "
        "protection of an officer."
    ),
    remedy="say `data_protection_officer: true` or `false` under `contact:`",
    look=look,
    bad="""\
contact: {data_protection_officer: unknown}
""",
    good="""\
contact: {data_protection_officer: false}
""",
)
