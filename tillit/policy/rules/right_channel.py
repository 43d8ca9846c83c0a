"""A right without a way to use it."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    for right in rights.offered.values() if rights is not None else ():
        if right.offered and not right.how:
            yield Seen(right.at, f"it is not said how to use {quote(right.name)}", right.clause)


RULE = Rule(
    name="right-channel",
    severity=Severity.WARNING,
    article="Art. 12(2) GDPR",
    title="A right without a way to use it",
    why="People must be told how; the controller must make it easy.",
    remedy="say `how:` of the right",
    look=look,
    bad="""\
rights: {offered: {access: {how: unknown}}}
""",
    good="""\
rights: {offered: {access: {how: [e-mail, account page]}}}
""",
)
