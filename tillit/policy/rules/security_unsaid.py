"""A promise about security that says nothing to look at."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for measure in case.policy.security.values():
        if not measure.kind or (measure.kind.startswith("encryption") and not measure.covers):
            yield Seen(measure.at, f"{quote(measure.name)} does not say what it is, or what it covers", measure.clause)


RULE = Rule(
    name="security-unsaid",
    severity=Severity.WARNING,
    article="Art. 32(1) GDPR",
    title="A promise about security that says nothing to look at",
    why="Without a kind, or a place it covers, nothing can be observed.",
    remedy="say `kind:`; of encryption, `covers:`",
    look=look,
    bad="""\
security: {transit: {kind: encryption_in_transit, covers: unknown}}
""",
    good="""\
security: {transit: {kind: encryption_in_transit, covers: server}}
""",
)
