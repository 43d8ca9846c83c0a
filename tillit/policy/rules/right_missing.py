"""A right that people are not told of."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed
from tillit.policy.rules.facts import consent_somewhere


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    wanted = ["access", "rectification", "erasure", "restriction", "portability", "objection"]
    wanted += ["withdrawal"] if consent_somewhere(case) else []
    offered = policy.rights.offered if policy.rights is not None else {}
    lacking = [w for w in wanted if w not in offered or not offered[w].offered]
    if lacking:
        at = policy.rights.place("offered") if policy.rights is not None else case.top
        yield Seen(at, f"people are not told of {listed(lacking, 8)}")


RULE = Rule(
    name="right-missing",
    severity=Severity.ERROR,
    article="Art. 13(2)(b) and (c) GDPR",
    title="A right that people are not told of",
    why=(
        "Access, rectification, erasure, restriction, portability and objection must be told; so must the "
        "withdrawal of consent where anything rests on it."
    ),
    remedy="declare it under `rights: offered:`",
    look=look,
    bad="""\
rights: {offered: {restriction: {offered: unknown}}}
""",
    good="""\
rights: {offered: {restriction: {offered: true}}}
""",
)
