"""A place without encryption, or none that is promised."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for place in case.policy.storage.values():
        lacking = [w for w in ("encrypted_at_rest", "encrypted_in_transit") if not getattr(place, w)]
        if lacking:
            yield Seen(place.at, f"{quote(place.name)} is not said to be {listed(lacking)}", place.clause)


RULE = Rule(
    name="storage-unencrypted",
    severity=Severity.WARNING,
    article="Art. 32(1)(a) GDPR",
    title="A place without encryption, or none that is promised",
    why="Encryption promised for one place says nothing of the others.",
    remedy="say `encrypted_at_rest:` and `encrypted_in_transit:`",
    look=look,
    bad="""\
storage: {server: {encrypted_at_rest: unknown}}
""",
    good="""\
storage: {server: {encrypted_at_rest: true, encrypted_in_transit: true}}
""",
)
