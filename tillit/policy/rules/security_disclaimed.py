"""The risk is put on the person."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for measure in case.policy.security.values():
        if measure.disclaimed:
            what = f"{quote(measure.name)} says that the risk is the person's own"
            yield Seen(measure.place("disclaimed"), what, measure.clause)


RULE = Rule(
    name="security-disclaimed",
    severity=Severity.ERROR,
    article="Art. 24 and 32 GDPR",
    title="The risk is put on the person",
    why=(
        "Saying that people bear the risk cannot shift the duty to protect the data, and contradicts the "
        "promise to protect it."
    ),
    remedy="remove the sentence",
    look=look,
    bad="""\
security:
  transit: {kind: encryption_in_transit, covers: server, disclaimed: true}
""",
    good="""\
security: {transit: {kind: encryption_in_transit, covers: server}}
""",
)
