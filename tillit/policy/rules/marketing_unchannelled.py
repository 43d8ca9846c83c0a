"""Direct marketing that no channel carries."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    carried = {name for c in marketing.channels.values() for name in c.purposes} if marketing is not None else set()
    for purpose in case.policy.purposes.values():
        if purpose.direct_marketing and purpose.name not in carried:
            yield Seen(purpose.at, f"no channel carries {quote(purpose.name)}", purpose.clause)


RULE = Rule(
    name="marketing-unchannelled",
    severity=Severity.WARNING,
    article="Art. 13(1)(c) GDPR",
    title="Direct marketing that no channel carries",
    why="A purpose of marketing is declared, and none of the channels says that it carries it.",
    remedy="name the purpose in a channel, or drop it",
    look=look,
    bad="""\
marketing: {channels: {email: {purposes: orders}}}
""",
    good="""\
marketing: {channels: {email: {purposes: newsletter}}}
""",
)
