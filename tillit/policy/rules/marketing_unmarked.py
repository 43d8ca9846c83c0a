"""Marketing that is not marked as such."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    for channel in marketing.channels.values() if marketing is not None else ():
        unmarked = [p for p in channel.purposes if not case.policy.purposes[p].direct_marketing]
        if unmarked:
            yield Seen(
                channel.place("purposes"),
                f"{quote(channel.name)} carries {listed(unmarked)}, which no opt-out ends",
                channel.clause,
            )


RULE = Rule(
    name="marketing-unmarked",
    severity=Severity.ERROR,
    article="Art. 21(2) and (3) GDPR",
    title="Marketing that is not marked as such",
    why=("A channel of marketing carries a purpose without `direct_marketing: true`: an opt-out would not end it."),
    remedy="say `direct_marketing: true` of the purpose, or take it out of the channel",
    look=look,
    bad="""\
purposes: {newsletter: {direct_marketing: false}}
""",
    good="""\
purposes: {newsletter: {direct_marketing: true}}
""",
)
