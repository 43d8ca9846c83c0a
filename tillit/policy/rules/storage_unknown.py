"""Nobody says where the data lies."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    if not case.policy.storage:
        yield Seen(case.top, "no place of storage is named")
    for place in case.policy.storage.values():
        if not place.country:
            yield Seen(place.place("country"), f"the country of {quote(place.name)} is not said", place.clause)


RULE = Rule(
    name="storage-unknown",
    severity=Severity.ERROR,
    article="Art. 13 and 30(1) GDPR",
    title="Nobody says where the data lies",
    why=(
        "A policy that names no place of storage, or a place without a country, cannot be held against what is found."
    ),
    remedy="declare the places under `storage:`, each with its `country`",
    look=look,
    bad="""\
storage: {server: {country: unknown}}
""",
    good="""\
storage: {server: {country: SE}}
""",
)
