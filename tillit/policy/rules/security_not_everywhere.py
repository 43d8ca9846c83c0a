"""A place said to be encrypted, without a promise that covers it."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for word, kind in (("encrypted_at_rest", "encryption_at_rest"), ("encrypted_in_transit", "encryption_in_transit")):
        promised = {name for m in policy.security.values() if m.kind == kind for name in m.covers}
        for place in policy.storage.values():
            if getattr(place, word) and place.name not in promised:
                yield Seen(place.place(word), f"no measure promises {quote(kind)} of {quote(place.name)}", place.clause)


RULE = Rule(
    name="security-not-everywhere",
    severity=Severity.NOTE,
    article="Art. 32(1)(a) GDPR",
    title="A place said to be encrypted, without a promise that covers it",
    why="The place says it is encrypted; no measure of the policy promises it, so that nobody answers for it.",
    remedy="add the place to `covers:` of the measure",
    look=look,
    bad="""\
security: {at_rest: {kind: encryption_at_rest, covers: unknown}}
""",
    good="""\
security: {at_rest: {kind: encryption_at_rest, covers: server}}
""",
)
