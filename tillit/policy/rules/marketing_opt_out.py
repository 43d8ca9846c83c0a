"""A channel without a way out in each message."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    for channel in marketing.channels.values() if marketing is not None else ():
        if "link" not in channel.opt_out:
            yield Seen(channel.place("opt_out"), f"{quote(channel.name)} carries no way to opt out", channel.clause)
    if marketing is None and any(p.direct_marketing for p in case.policy.purposes.values()):
        yield Seen(
            case.top,
            "there is direct marketing, and nothing is said of its channels",
            "",
            "declare them under `marketing:`",
        )


RULE = Rule(
    name="marketing-opt-out",
    severity=Severity.ERROR,
    article="Art. 21(2) GDPR; Art. 13(2) Directive 2002/58/EC",
    title="A channel without a way out in each message",
    why="Every message needs an easy and free way to stop it.",
    remedy="add `link` to `opt_out:`",
    look=look,
    bad="""\
marketing: {channels: {email: {opt_out: contact}}}
""",
    good="""\
marketing: {channels: {email: {opt_out: [link, contact]}}}
""",
)
