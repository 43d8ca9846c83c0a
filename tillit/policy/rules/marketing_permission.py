"""E-mail to people who have agreed to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.sections import Channel, Eligible
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    if marketing is None:
        return
    entries: list[Channel | Eligible] = [c for c in marketing.channels.values() if c.automated is not False]
    for entry in (*entries, *marketing.eligible.values()):
        if entry.permission not in ("consent", "soft_opt_in"):
            said = quote(entry.permission) if entry.permission else "nothing that is said"
            yield Seen(entry.place("permission"), f"{quote(entry.name)} rests on {said}", entry.clause)


RULE = Rule(
    name="marketing-permission",
    severity=Severity.ERROR,
    article="Art. 13 Directive 2002/58/EC; Marknadsföringslagen (2008:486) 19 §",
    title="E-mail to people who have agreed to nothing",
    why=(
        "Marketing by e-mail needs consent. The exception is for those who bought: their address came "
        "with a sale, the products are similar, and the opt-out was there from the start."
    ),
    remedy="ask for `permission: consent`; `soft_opt_in` is for customers alone",
    look=look,
    bad="""\
marketing:
  eligible: {registered: {permission: none_asked, purposes: newsletter}}
""",
    good="""\
marketing:
  eligible: {registered: {permission: consent, purposes: newsletter}}
""",
)
