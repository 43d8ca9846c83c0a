"""An objection to marketing that could be refused."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    if not any(p.direct_marketing for p in policy.purposes.values()):
        return
    right = policy.rights.offered.get("objection_to_marketing") if policy.rights is not None else None
    if right is None or not right.offered:
        yield Seen(
            policy.rights.at if policy.rights is not None else case.top,
            "the objection to direct marketing is not told apart",
        )
    elif right.overridden_by != ("none",):
        yield Seen(
            right.place("overridden_by"), "an objection to direct marketing is said to be refusable", right.clause
        )


RULE = Rule(
    name="marketing-objection",
    severity=Severity.ERROR,
    article="Art. 21(2) to (4) GDPR",
    title="An objection to marketing that could be refused",
    why=("It is absolute, and told clearly and apart from everything else: no compelling grounds stand against it."),
    remedy="give `objection_to_marketing` its own entry with `overridden_by: none`",
    look=look,
    bad="""\
rights:
  offered: {objection_to_marketing: {overridden_by: compelling_grounds}}
""",
    good="""\
rights: {offered: {objection_to_marketing: {overridden_by: none}}}
""",
)
