"""Data goes to a third country that no transfer names."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.transfers import is_third_country
from tillit.model.sections import Item
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    both: list[tuple[Item, tuple[str, ...], tuple[str, ...]]] = []
    both += [(r, r.country, r.transfers) for r in policy.recipients.values()]
    both += [(p, p.country, p.transfers) for p in policy.storage.values()]
    for item, countries, transfers in both:
        reached = {country for name in transfers for country in policy.transfers[name].to}
        hidden = [c for c in countries if is_third_country(c) and c not in reached]
        if hidden:
            yield Seen(
                item.place("country"),
                f"no transfer leads to {listed(hidden)}, where {quote(item.name)} is",
                item.clause,
            )


RULE = Rule(
    name="transfer-undeclared",
    severity=Severity.ERROR,
    article="Art. 13(1)(f) and 44 GDPR",
    title="Data goes to a third country that no transfer names",
    why="A recipient or a place of storage lies outside the EEA, and no transfer of the policy leads there.",
    remedy="declare the transfer, and name it (`transfers:` of the recipient or the place)",
    look=look,
    bad="""\
recipients: {host: {country: [SE, GB]}}
""",
    good="""\
recipients: {host: {country: [SE, GB], transfers: uk}}
transfers:
  uk: {to: GB, recipients: host, mechanism: adequacy_decision}
""",
)
