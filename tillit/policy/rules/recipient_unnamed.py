"""A recipient without a name, a country or data."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        wanted = ("data",) if recipient.role == "authority" else ("names", "country", "data")
        lacking = [w for w in wanted if not getattr(recipient, w)]
        if lacking:
            yield Seen(recipient.at, f"{quote(recipient.name)} does not say its {listed(lacking)}", recipient.clause)


RULE = Rule(
    name="recipient-unnamed",
    severity=Severity.WARNING,
    article="Art. 13(1)(e) and (f) GDPR",
    title="A recipient without a name, a country or data",
    why="People must be able to tell who has their data, and where.",
    remedy="say `names:`, `country:` and `data:`; of authorities, `data:` is enough",
    look=look,
    bad="""\
recipients: {host: {country: unknown}}
""",
    good="""\
recipients: {host: {country: SE}}
""",
)
