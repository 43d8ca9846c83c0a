"""Said to lie in one place only, and found in another."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for place in policy.storage.values():
        if not place.only:
            continue
        mine = set(policy.leaves(place.data))
        others = [p.name for p in policy.storage.values() if p is not place and mine & set(policy.leaves(p.data))]
        others += [
            r.name for r in policy.recipients.values() if r.name != place.run_by and mine & set(policy.leaves(r.data))
        ]
        if others:
            what = f"{quote(place.name)} is said to be the only place, yet the same data lies with {listed(others)}"
            yield Seen(place.place("only"), what, place.clause)


RULE = Rule(
    name="storage-contradiction",
    severity=Severity.ERROR,
    article="Art. 5(1)(a) and 13 GDPR",
    title="Said to lie in one place only, and found in another",
    why=("`In one place only` cannot be true of data that another place or recipient of the same policy has too."),
    remedy="drop `only: true`, or divide the data between the places",
    look=look,
    bad="""\
storage:
  server: {only: true}
  backup:
    country: SE
    run_by: controller
    data: contact
    encrypted_at_rest: true
    encrypted_in_transit: true
""",
    good="""\
storage: {server: {only: true}}
""",
)
