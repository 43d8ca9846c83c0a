"""Recipients are not told."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    told = rights.offered.get("recipients_told") if rights is not None else None
    if case.policy.recipients and (told is None or not told.offered):
        at = rights.place("offered") if rights is not None else case.top
        yield Seen(at, "it is not promised that recipients are told of corrections and erasures")


RULE = Rule(
    name="right-recipients-told",
    severity=Severity.WARNING,
    article="Art. 19 GDPR",
    title="Recipients are not told",
    why=(
        "Whoever received data must be told when it is corrected, erased or restricted; the person may "
        "ask who they were."
    ),
    remedy="declare `recipients_told:` under `rights: offered:`",
    look=look,
    bad="""\
rights: {offered: {recipients_told: {offered: unknown}}}
""",
    good="""\
rights:
  offered: {recipients_told: {offered: true, includes: recipients_named}}
""",
)
