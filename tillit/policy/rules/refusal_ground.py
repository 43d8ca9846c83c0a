"""A ground of refusal that the right does not know."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import refusals
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    for right in rights.offered.values() if rights is not None else ():
        known = refusals()
        unfit = [g for g in right.overridden_by if g != "none" and right.name not in known[g].rights]
        if unfit and right.name != "objection_to_marketing":
            yield Seen(
                right.place("overridden_by"), f"{quote(right.name)} cannot be refused for {listed(unfit)}", right.clause
            )


RULE = Rule(
    name="refusal-ground",
    severity=Severity.ERROR,
    article="Art. 12(5), 15(4), 17(3), 18(2), 20(4) and 21(1) GDPR",
    title="A ground of refusal that the right does not know",
    why="Each right may be refused on its own grounds only.",
    remedy="remove it; the grounds of each right stand in tillit/law/data/eu.toml",
    look=look,
    bad="""\
rights: {offered: {access: {overridden_by: compelling_grounds}}}
""",
    good="""\
rights: {offered: {access: {overridden_by: rights_of_others}}}
""",
)
