"""More data than its purposes have."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote, uses


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for what, item, told in uses(case):
        purposes = [policy.purposes[name] for name in told["purposes"]]
        beyond = [
            leaf for leaf in policy.leaves(told["data"]) if purposes and not any(p.covers(leaf) for p in purposes)
        ]
        if beyond:
            yield Seen(
                item.place("data"),
                f"{what} {quote(item.name)} has {listed(beyond)}, which its purposes lack",
                item.clause,
            )


RULE = Rule(
    name="use-wider-than-purpose",
    severity=Severity.ERROR,
    article="Art. 5(1)(b) GDPR",
    title="More data than its purposes have",
    why="Somebody receives, gives or joins data that none of the purposes named for it may hold.",
    remedy="name less data, or the purpose it is for",
    look=look,
    bad="""\
recipients: {host: {data: [contact, technical], purposes: website}}
""",
    good="""\
recipients: {host: {data: [technical], purposes: website}}
""",
)
